import { once } from "node:events";
import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import type { RequestListener } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, expect, onTestFinished, test } from "vitest";
import { browserPath, openPage } from "./browser.ts";
import { type GoatProject, openProject, type ProjectOptions } from "./goat-project.ts";

const root = join(import.meta.dirname, "../..");

const { bundlePage } = await import(new URL("../../scripts/bundle.mjs", import.meta.url).href);

const isRequired = process.env["GOAT_DEV_REQUIRE_ENGINES"] === "1";

/** A test in a real browser; left out where there is none. */
export const browserTest = browserPath === undefined && !isRequired ? test.skip : test;

/** Keeps what the page shows, for whoever wants to look at it: in test/artifacts/page. */
export const keepPicture = async (page: Page, name: string): Promise<void> =>
  void (await page.screenshot({ path: join(root, "test", "artifacts", "page", `${name}.png`) }));

const folders: string[] = [];

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

let built: Promise<string> | undefined;

/** A package's folder with the page in it, as it is now. */
export const packageWithPage = (): Promise<string> => {
  built ??= (async () => {
    const folder = mkdtempSync(join(tmpdir(), "goat-dev-test-"));
    folders.push(folder);
    for (const name of ["package.json", "dev", "templates", "python"])
      symlinkSync(join(root, name), join(folder, name));
    await bundlePage(join(folder, "dist", "web"));
    return folder;
  })();
  return built;
};

export interface OpenedPage {
  readonly project: GoatProject;
  readonly page: Page;
  /** What the browser complained of: scripts that were refused, errors. */
  readonly complaints: readonly string[];
  /** Ctrl-C for goat-dev open. */
  readonly interrupt: () => void;
  readonly ended: Promise<{ readonly exitCode: number }>;
  /** Sends events to Langfuse. */
  readonly ingest: (...batch: readonly unknown[]) => Promise<void>;
}

interface PageOptions extends ProjectOptions {
  /** Answers in the gateway's place. */
  readonly gateway?: RequestListener;
  /** Answers in Langfuse's place. */
  readonly langfuse?: RequestListener;
}

/** A project that is up, its page open in a browser. */
export const openProjectPage = async ({ gateway, langfuse, ...options }: PageOptions = {}): Promise<OpenedPage> => {
  const packageRoot = await packageWithPage();
  const project = await openProject({ ...options, packageRoot, isRealTime: true });
  if (gateway !== undefined) project.standIns.answers = { ...project.standIns.answers, instead: gateway };
  if (langfuse !== undefined) project.standIns.answers = { ...project.standIns.answers, langfuse };
  const up = await project.goat(["up", "--no-example"]);
  expect(up.exitCode, up.err).toBe(0);
  const stop = new AbortController();
  const interrupt = (): void => stop.abort(new DOMException("interrupted", "AbortError"));
  const said = Object.assign(new EventTarget(), { address: "" });
  const onErr = (text: string): void => {
    said.address = /http:\/\/127\S+/.exec(text)?.[0] ?? "";
    if (said.address !== "") said.dispatchEvent(new Event("address"));
  };
  const ended = project.goat(["open", "--no-browser"], { signal: stop.signal, onErr });
  if (said.address === "") await once(said, "address");
  const browser = await openPage();
  onTestFinished(async () => {
    await browser[Symbol.asyncDispose]();
    interrupt();
    await ended;
  });
  const { page } = browser;
  page.setDefaultTimeout(15_000);
  const complaints: string[] = [];
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  await page.goto(said.address);
  const ingest: OpenedPage["ingest"] = async (...batch) => {
    const login = Buffer.from("pk-lf-goat-dev:sk-lf-goat-dev").toString("base64");
    await fetch(`http://127.0.0.1:${project.ports.langfuse}/api/public/ingestion`, {
      method: "POST",
      headers: { authorization: `Basic ${login}`, "content-type": "application/json" },
      body: JSON.stringify({ batch }),
    });
  };
  return { project, page, complaints, interrupt, ended, ingest };
};
