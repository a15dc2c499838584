import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";

const names = ["chromium", "chromium-browser", "google-chrome"];

const findBrowser = (): string | undefined =>
  (process.env["PATH"] ?? "")
    .split(delimiter)
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .find((path) => existsSync(path));

/** Debian's Chromium, or another one of this machine. */
export const browserPath = findBrowser();

/** A page in a browser of its own. */
export const openPage = async (): Promise<AsyncDisposable & { readonly page: Page }> => {
  if (browserPath === undefined) throw new Error("there is no Chromium here: apt-get install chromium");
  const browser: Browser = await chromium.launch({
    executablePath: browserPath,
    // Root has no sandbox, and a container little shared memory; nothing but this stack is opened.
    args: ["--no-sandbox", "--disable-dev-shm-usage", "--no-proxy-server"],
  });
  // A context of its own, in which a test can open more.
  const context = await browser.newContext();
  return { page: await context.newPage(), [Symbol.asyncDispose]: () => browser.close() };
};
