import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll } from "vitest";

const names = ["chromium", "chromium-browser", "google-chrome"];

const findBrowser = (): string | undefined =>
  (process.env["PATH"] ?? "")
    .split(delimiter)
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .find((path) => existsSync(path));

/** Debian's Chromium, or another one of this machine. */
export const browserPath = findBrowser();

/** One for all tests of a file. */
let browser: Promise<Browser> | undefined;

afterAll(async () => (await browser)?.close());

/** A page that shares nothing with another test's; in its context a test can open more. */
export const openPage = async (): Promise<AsyncDisposable & { readonly page: Page }> => {
  if (browserPath === undefined) throw new Error("there is no Chromium here: apt-get install chromium");
  browser ??= chromium.launch({
    executablePath: browserPath,
    // Root has no sandbox, and a container little shared memory; nothing but this stack is opened.
    args: ["--no-sandbox", "--disable-dev-shm-usage", "--no-proxy-server"],
  });
  const context = await (await browser).newContext();
  return { page: await context.newPage(), [Symbol.asyncDispose]: () => context.close() };
};
