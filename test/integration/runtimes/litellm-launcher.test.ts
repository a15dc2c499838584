import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { systemClock } from "../../../src/platform/clock.ts";
import { tempFolder, writeFiles } from "../../support/temp.ts";

const launcher = join(import.meta.dirname, "..", "..", "..", "dev", "launcher", "launch.py");
const limitMs = 30_000;

/** LiteLLM's place is taken by a module whose `run_server` is this. */
const start = (program: string, env: Readonly<Record<string, string>> = {}) => {
  const folder = writeFiles(tempFolder(), { "litellm.py": program });
  const log = join(folder, "logs.d", "service.log");
  writeFiles(folder, { "logs.d/.keep": "" });
  const child = spawn("python3", [launcher, "--config", "x"], {
    cwd: folder,
    env: {
      PATH: process.env["PATH"],
      PYTHONPATH: folder,
      PYTHONDONTWRITEBYTECODE: "1",
      GOAT_DEV_LOG_FILE: log,
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  return { child, log, logs: join(folder, "logs.d") };
};

const ended = async (child: ChildProcess): Promise<readonly unknown[]> => {
  const [code, signal] = await once(child, "exit");
  return [code, signal];
};

const until = async (test: () => boolean): Promise<void> => {
  const signal = AbortSignal.timeout(limitMs);
  while (!test()) await systemClock.sleep(20, signal);
};

const read = (path: string): string => (existsSync(path) ? readFileSync(path, "utf8") : "");

const stamped = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (?:out|err) /;

describe("LiteLLM's launcher", () => {
  test("must hand LiteLLM its own arguments, and stamp what it prints by time and stream", {
    timeout: limitMs,
  }, async () => {
    const { child, log } = start(`import sys
def run_server():
    print(sys.argv)
    print("two\\nlines", file=sys.stderr)
    sys.stdout.buffer.write(b"\\xff bytes\\n")
    sys.stdout.write("no line end")
`);
    expect(await ended(child)).toEqual([0, null]);
    const lines = read(log).trimEnd().split("\n");
    expect(lines.every((line) => stamped.test(line))).toBe(true);
    expect(lines.map((line) => line.slice(25))).toEqual([
      "err goat-dev: runs plain litellm, without reload: LiteLLM's entry point is not the one of click",
      ...["out ['litellm', '--config', 'x']", "err two", "err lines", "out \ufffd bytes", "out no line end"],
    ]);
  });

  test("must keep three files of bounded size, lose no line between them, and take what is written below Python", {
    timeout: limitMs,
  }, async () => {
    const { child, logs } = start(
      `import os, sys
def run_server():
    for n in range(400):
        print(f"line {n:04}", file=sys.stderr if n % 2 else sys.stdout)
        if n % 50 == 0: os.write(1 + n // 50 % 2, b"raw %d\\n" % n)
`,
      { GOAT_DEV_LOG_LIMIT: "4000" },
    );
    expect(await ended(child)).toEqual([0, null]);
    const names = ["service.log.2", "service.log.1", "service.log"];
    expect(
      readdirSync(logs)
        .filter((name) => name.startsWith("service"))
        .sort(),
    ).toEqual([...names].sort());
    for (const name of names) expect(statSync(join(logs, name)).size).toBeLessThan(4_100);
    const lines = names.flatMap((name) => read(join(logs, name)).trimEnd().split("\n"));
    const numbers = lines.filter((line) => stamped.test(line)).map((line) => Number(line.slice(-4)));
    const first = numbers[0] ?? Number.NaN;
    expect(numbers).toEqual(Array.from({ length: 400 - first }, (_, index) => first + index));
    expect(lines).toContain("raw 350");
  });

  test("must go on with a new file where the log was removed", { timeout: limitMs }, async () => {
    const { child, log } = start(
      `import os, sys
def run_server():
    print("a" * 200)
    os.remove(os.environ["GOAT_DEV_LOG_FILE"])
    print("after")
`,
      { GOAT_DEV_LOG_LIMIT: "100" },
    );
    expect(await ended(child)).toEqual([0, null]);
    expect(read(log)).toMatch(/ out after\n$/);
  });

  test("must keep the last words of one that fails", { timeout: limitMs }, async () => {
    const { child, log } = start(`import sys
def run_server():
    sys.exit("the config is wrong")
`);
    expect(await ended(child)).toEqual([1, null]);
    expect(read(log)).toMatch(/ err the config is wrong\n$/);
  });

  test("must end at once on SIGTERM while LiteLLM is still being loaded", { timeout: limitMs }, async () => {
    const { child, log } = start(`import sys, time
print("loading", flush=True)
time.sleep(600)
`);
    await until(() => read(log).includes("loading"));
    child.kill("SIGTERM");
    expect(await ended(child)).toEqual([143, null]);
  });

  test("must print plainly where no log is asked for", { timeout: limitMs }, async () => {
    const { child } = start("def run_server():\n    print('plain')\n", { GOAT_DEV_LOG_FILE: "" });
    const pieces: Buffer[] = [];
    child.stdout?.on("data", (piece: Buffer) => pieces.push(piece));
    await once(child, "close");
    expect(Buffer.concat(pieces).toString()).toBe("plain\n");
  });

  test("must say on its own output why its log cannot be written", { timeout: limitMs }, async () => {
    const folder = tempFolder();
    writeFileSync(join(folder, "file"), "");
    const { child } = start("def run_server():\n    pass\n", {
      GOAT_DEV_LOG_FILE: join(folder, "file", "service.log"),
    });
    const pieces: Buffer[] = [];
    child.stderr?.on("data", (piece: Buffer) => pieces.push(piece));
    await once(child, "close");
    expect(child.exitCode).toBe(1);
    expect(Buffer.concat(pieces).toString()).toContain("NotADirectoryError");
  });
});
