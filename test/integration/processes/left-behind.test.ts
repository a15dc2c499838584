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
  const [pid, group] = [Number(String(line)), leader.pid ?? 0];
  onTestFinished(() => void process.kill(pid, "SIGKILL"));
  expect(await isLeftBehind(pid, group)).toBe(false);
  const ended = once(leader, "exit");
  leader.kill("SIGKILL");
  await ended;
  expect(await isLeftBehind(pid, group)).toBe(true);
  // A leftover of somebody else's program is a stranger.
  expect(await isLeftBehind(pid, process.pid)).toBe(false);
  expect(await isLeftBehind(2 ** 22 + 1, group)).toBe(false);
});
