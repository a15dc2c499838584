import { execFile } from "node:child_process";
import { cpSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, inject, test } from "vitest";
import { goTests, pythonClients, toolchains } from "../support/client-tools.ts";
import { describeLocally } from "../support/local-scenario.ts";
import { tempFolder } from "../support/temp.ts";

const run = promisify(execFile);
const root = join(import.meta.dirname, "..", "..");
const found = await toolchains();
const isRequired = process.env["GOAT_DEV_REQUIRE_ENGINES"] === "1";
const buildTimeMs = 600_000;
/** By hand, more often: GOAT_DEV_REPLAYS=20. */
const times = Number(process.env["GOAT_DEV_REPLAYS"] ?? 5);

/** A network of its own has a loopback that is down; there is no other way out of it, and none is made. */
const loopbackUp = `
import fcntl, os, socket, struct, sys
fcntl.ioctl(socket.socket(socket.AF_INET, socket.SOCK_DGRAM), 0x8914, struct.pack("16sh22x", b"lo", 1))
os.execvp(sys.argv[1], sys.argv[1:])`;

const withoutNetwork = (...command: readonly string[]): readonly string[] => {
  const namespace = process.getuid?.() === 0 ? ["-n"] : ["-rn"];
  return ["unshare", ...namespace, "python3", "-c", loopbackUp, ...command];
};

/** The same for every run: no times, no seeds. */
const steady = (output: string): string =>
  output
    .replace(/\d+(?:\.\d+)? ?m?s\b(?: \(\d+:\d+:\d+\))?|\(\d+\.\d+s\)|Start at +[\d:]+/g, "TIME")
    .replace(/ +(?=\S)/g, " ");

/** Runs a template's tests on its recorded calls again and again, each without a network, and wants one output. */
const replays = async (template: string, command: readonly string[]): Promise<string> => {
  const folder = tempFolder();
  cpSync(join(root, "templates", template), folder, { recursive: true });
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  const outputs = new Set<string>();
  const goat = [process.execPath, inject("embedded").bin, "replay", "cassettes/assistant.jsonl", "--", ...command];
  const [program = "", ...args] = withoutNetwork(...goat);
  const env = { PATH: process.env["PATH"], HOME: folder, NO_COLOR: "1", PYTHONDONTWRITEBYTECODE: "1" };
  for (let time = 0; time < times; time += 1) {
    const { stdout, stderr } = await run(program, args, { cwd: folder, env });
    outputs.add(steady(stdout + stderr));
  }
  expect([...outputs].length, [...outputs].join("\n")).toBe(1);
  return [...outputs].join("");
};

describeLocally(`the templates of tests that need no provider, without a network, ${times} times alike`, () => {
  test("pytest", { timeout: buildTimeMs }, async () => {
    const python = await pythonClients(found.python ?? "");
    expect(await replays("pytest", [python, "-m", "pytest", "-q", "-p", "no:cacheprovider"])).toContain("3 passed");
  });

  test("vitest", { timeout: buildTimeMs }, async () => {
    // Tests that it takes for slow get a line of their own.
    const slow = "--slowTestThreshold=600000";
    expect(await replays("vitest", [process.execPath, "node_modules/vitest/vitest.mjs", "run", slow])).toMatch(
      /Tests 3 passed/,
    );
  });

  describe.skipIf(found.go === null && !isRequired)("Go", () => {
    test("go test", { timeout: buildTimeMs }, async () => {
      expect(await replays("go-test", [await goTests(found.go ?? ""), "-test.v"])).toContain("PASS");
    });
  });
});
