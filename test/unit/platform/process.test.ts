import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { run } from "../../../src/platform/process.ts";

const node = process.execPath;
const script = (code: string): readonly string[] => ["-e", code];
const open = (): AbortSignal => new AbortController().signal;

test("a program must get exactly the environment it is given", async () => {
  const result = await run(node, script("console.log(JSON.stringify(process.env))"), {
    env: { ONLY: "this" },
    signal: open(),
  });
  expect(JSON.parse(result.stdout)).toEqual({ ONLY: "this" });
});

test("arguments must reach the program without a shell reading them", async () => {
  const args = ["$HOME", "a b", "*", "; exit 3"];
  const result = await run(node, [...script("console.log(JSON.stringify(process.argv.slice(1)))"), ...args], {
    env: {},
    signal: open(),
  });
  expect(JSON.parse(result.stdout)).toEqual(args);
});

test("both streams and the exit status must be told, with line ends kept", async () => {
  const result = await run(node, script("console.log('out'); console.error('err'); process.exit(3)"), {
    env: {},
    signal: open(),
  });
  expect(result).toEqual({ exitCode: 3, endedBy: null, startError: null, stdout: "out\n", stderr: "err\n" });
});

test("input must reach the program, and without any its standard input must be closed", async () => {
  const echo = script("process.stdin.pipe(process.stdout)");
  expect((await run(node, echo, { env: {}, signal: open(), input: "grüße" })).stdout).toBe("grüße");
  expect((await run(node, echo, { env: {}, signal: open() })).stdout).toBe("");
});

test("a program must run in the folder it is given", async () => {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "goat-run-")));
  try {
    const result = await run(node, script("console.log(process.cwd())"), { env: {}, signal: open(), cwd: folder });
    expect(result.stdout.trim()).toBe(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("a program that is not there must be a result, not an exception", async () => {
  const result = await run("/nowhere/no-such-program", [], { env: {}, signal: open() });
  expect(result).toMatchObject({ exitCode: null, endedBy: null, startError: "ENOENT" });
});

test("a program that a signal ended must say which", async () => {
  const result = await run(node, script("process.kill(process.pid, 'SIGKILL')"), { env: {}, signal: open() });
  expect(result).toMatchObject({ exitCode: null, endedBy: "SIGKILL", startError: null });
});

test("output must be seen as it comes, characters whole", async () => {
  const pieces: string[] = [];
  await run(
    node,
    script("const b = Buffer.from('ü'); process.stderr.write(b.subarray(0, 1)); process.stderr.write(b.subarray(1))"),
    {
      env: {},
      signal: open(),
      onData: (stream, text) => pieces.push(`${stream}:${text}`),
    },
  );
  expect(pieces.join("")).toBe("stderr:ü");
});

/** Starts a grandchild that holds the output open and never ends by itself; says so once it runs. */
const parent = (childCode: string): readonly string[] =>
  script(`
    const { spawn } = require("node:child_process");
    const child = spawn(process.execPath, ["-e", ${JSON.stringify(childCode)}], { stdio: ["ignore", "inherit", "inherit", "ipc"] });
    child.on("message", () => console.log("both run"));
    setInterval(() => {}, 1000);`);

test.each([
  ["well-behaved", "process.send('up'); setInterval(() => {}, 1000)"],
  ["deaf", "process.on('SIGTERM', () => {}); process.send('up'); setInterval(() => {}, 1000)"],
])("aborting must end a program together with what it started: %s grandchild", async (_, childCode) => {
  const controller = new AbortController();
  const running = run(node, parent(childCode), {
    env: {},
    signal: controller.signal,
    graceMs: 100,
    onData: () => controller.abort(),
  });
  // It settles only once nobody holds the output any more.
  await expect(running).rejects.toMatchObject({ name: "AbortError" });
});

test("an aborted signal must keep the program from starting", async () => {
  await expect(run("/nowhere/no-such-program", [], { env: {}, signal: AbortSignal.abort() })).rejects.toMatchObject({
    name: "AbortError",
  });
});
