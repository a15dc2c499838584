import { expect, onTestFinished, test } from "vitest";
import { readPageFiles } from "../../../src/pages/files.ts";
import { systemClock } from "../../../src/platform/clock.ts";
import { seriousFindings } from "../../support/axe.ts";
import { openPage } from "../../support/browser.ts";
import { browserTest, packageWithPage } from "../../support/page.ts";
import { litellmCall, startRecorder } from "../../support/recorder-server.ts";

const login = { email: "dev@goat.local", password: "goat-dev-password" };

const open = async (given: typeof login | null = login) => {
  const files = readPageFiles(`${await packageWithPage()}/dist/web`);
  const recorder = await startRecorder({ files, login: given, clock: systemClock });
  onTestFinished(() => recorder[Symbol.asyncDispose]());
  const post = (
    fields: Readonly<Record<string, string>>,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Response> =>
    fetch(`${recorder.baseUrl}/log-in`, {
      method: "POST",
      redirect: "manual",
      headers: { origin: recorder.baseUrl, ...headers },
      body: new URLSearchParams(fields),
    });
  const get = (path: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> =>
    fetch(`${recorder.baseUrl}${path}`, { redirect: "manual", headers });
  return { recorder, post, get };
};

test("without a log-in nothing that was said may be read, and the page must say what it is", async () => {
  const { recorder, get } = await open();
  await recorder.ingest(...litellmCall("t-1"));
  for (const path of ["/", "/project/goat/traces/t-1", "/icon.svg"]) {
    const text = await (await get(path)).text();
    expect(text).toContain("it is not Langfuse");
    expect(text).not.toContain("Hello");
  }
  for (const path of ["/api/traces", "/api/traces/t-1", "/api/events", "/api/about"]) {
    expect((await get(path)).status).toBe(401);
    expect((await get(path, { cookie: "goat-dev-recorder=guess" })).status).toBe(401);
  }
});

test("Langfuse's user must get in and back to the trace, nobody else, and nobody by trying", async () => {
  const { post, get } = await open();
  const right = await post({ ...login, next: "/project/goat/traces/t-1" });
  expect(right.status).toBe(303);
  expect(right.headers.get("location")).toBe("/project/goat/traces/t-1");
  const cookie = right.headers.get("set-cookie") ?? "";
  expect(cookie).toMatch(/HttpOnly; SameSite=Strict$/);
  const trace = await get("/project/goat/traces/t-1", { cookie: cookie.split(";")[0] ?? "" });
  expect(trace.headers.get("location")).toBe("/#/calls/t-1");
  for (const next of ["//evil.example", "/\\evil.example", "https://evil.example"]) {
    expect((await post({ ...login, next })).headers.get("location")).toBe("/");
  }
  expect((await post({ ...login, password: "guess" })).status).toBe(401);
  for (let count = 0; count < 20; count += 1) await post({ ...login, password: `${count}` });
  expect((await post(login)).status).toBe(401);
});

test("another page, and a name that somebody's DNS has pointed here, must be refused", async () => {
  const { recorder, post } = await open();
  expect((await post(login, { origin: "http://evil.example" })).status).toBe(403);
  const { request } = await import("node:http");
  const status = await new Promise((resolve) => {
    const headers = { host: "evil.example" };
    request({ host: "127.0.0.1", port: recorder.port, path: "/", headers }, (answer) =>
      resolve(answer.statusCode),
    ).end();
  });
  expect(status).toBe(403);
});

test("where the Compose file names no user, nobody must get in", async () => {
  const { post, get } = await open(null);
  expect(await (await get("/")).text()).toContain("goat-dev traces");
  expect((await post({ email: "", password: "" })).status).toBe(401);
});

browserTest("after a log-in the page must show calls as they come, and what was said", async () => {
  const { recorder } = await open();
  await recorder.ingest(...litellmCall("t-1"));
  await using browser = await openPage();
  const { page } = browser;
  await page.goto(`${recorder.baseUrl}/project/goat/traces/t-1`);
  expect(await seriousFindings(page)).toEqual([]);
  await page.getByLabel("Email").fill(login.email);
  await page.getByLabel("Password").fill(login.password);
  await page.keyboard.press("Enter");
  await page.locator(".message.assistant").getByText("Hello").waitFor();
  expect(await page.getByText("it is not Langfuse").count()).toBe(1);
  expect(await page.getByRole("link", { name: "Spend" }).count()).toBe(0);
  await recorder.ingest(...litellmCall("t-2"));
  await page.locator('a[href="#/calls/t-2"]').waitFor();
  expect(await seriousFindings(page)).toEqual([]);
});
