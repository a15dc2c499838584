import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, onTestFinished, test } from "vitest";
import { isLeftBehind } from "../../../src/platform/process-identity.ts";

test("a process must count as left behind once the one that leads its group was killed, and not before", async () => {
  const leader = spawn("sh", ["-c", "sleep 1000 & echo $!; wait"], {
    detached: true,
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [line] = await once(leader.stdout, "data");
  const pid = Number(String(line));
  onTestFinished(() => void process.kill(pid, "SIGKILL"));
  expect(await isLeftBehind(pid)).toBe(false);
  const ended = once(leader, "exit");
  leader.kill("SIGKILL");
  await ended;
  expect(await isLeftBehind(pid)).toBe(true);
  expect(await isLeftBehind(2 ** 22 + 1)).toBe(false);
});
