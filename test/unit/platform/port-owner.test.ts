import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, onTestFinished, test } from "vitest";
import { commandText, listeningInodes, portOwner } from "../../../src/platform/port-owner.ts";
import { tempFolder, writeFiles } from "../../support/temp.ts";

const signal = new AbortController().signal;
const refuse = () => Promise.reject(new Error("not to be run"));

test.runIf(process.platform === "linux")("the process that listens must be named, its keys masked", async () => {
  const program = "require('net').createServer().listen(0,'127.0.0.1',function(){console.log(this.address().port)})";
  const child = spawn(process.execPath, ["-e", program, "--", "--api-key", "sk-1234567890"]);
  onTestFinished(() => void child.kill());
  const [line] = await once(child.stdout, "data");
  const owner = await portOwner(Number(String(line)), { platform: "linux", signal, run: refuse });
  expect(owner).toMatchObject({ pid: child.pid, name: expect.stringMatching(/node|MainThread/) });
  expect(owner?.command.length).toBeLessThanOrEqual(80);
  expect(owner?.command).not.toContain("sk-1234567890");
});

test.runIf(process.platform === "linux")("a port without a listener must have no owner", async () => {
  expect(await portOwner(1, { platform: "linux", signal, run: refuse })).toBeNull();
});

test("on macOS lsof and ps must be asked", async () => {
  const asked: string[] = [];
  const run = async (file: string, args: readonly string[]): Promise<string> => {
    asked.push([file, ...args].join(" "));
    return file === "lsof" ? "p4711\ncpython3.1\nf7\n" : "/opt/homebrew/bin/python3 /opt/bin/litellm --config a.yaml\n";
  };
  expect(await portOwner(4000, { platform: "darwin", signal, run })).toEqual({
    pid: 4711,
    name: "python3.1",
    command: "litellm --config a.yaml",
  });
  expect(asked).toEqual(["lsof -nP -iTCP:4000 -sTCP:LISTEN -Fpc", "ps -o command= -p 4711"]);
  await portOwner(4000, { platform: "darwin", signal, run }, 6);
  expect(asked[2]).toBe("lsof -nP -i6TCP:4000 -sTCP:LISTEN -Fpc");
});

test("what cannot be known must be null, never a crash", async () => {
  expect(await portOwner(4000, { platform: "darwin", signal, run: refuse })).toBeNull();
  expect(await portOwner(4000, { platform: "win32", signal, run: refuse })).toBeNull();
  expect(await portOwner(4000, { platform: "linux", signal, run: refuse, proc: tempFolder() })).toBeNull();
});

test("a listener whose process cannot be looked into must have no owner", async () => {
  const row = "  0: 0100007F:0FA0 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 777 1 0 100 0 0 10 0";
  const proc = writeFiles(tempFolder(), { "net/tcp": `header\n${row}\n`, "12/comm": "x", self: "" });
  expect(listeningInodes(`header\n${row}\n`, 4000)).toEqual(["777"]);
  expect(listeningInodes(`header\n${row.replace("0A", "01")}\n`, 4000)).toEqual([]);
  expect(await portOwner(4000, { platform: "linux", signal, run: refuse, proc })).toBeNull();
});

test("a command line must read as a person would say it", () => {
  expect(commandText(["/usr/bin/python3", "/opt/venv/bin/litellm", "--config", "x"])).toBe("litellm --config x");
  expect(commandText(["/usr/bin/python3", "-m", "http.server"])).toBe("python3 -m http.server");
  expect(commandText(["/usr/bin/docker-proxy", "x".repeat(100)])).toHaveLength(80);
  expect(commandText([])).toBe("");
});
