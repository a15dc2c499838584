import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { get } from "node:http";
import { setTimeout as pause } from "node:timers/promises";

const readyLimitMs = 180_000;
const askAgainMs = 10;
const answerLimitMs = 2_000;

/** Runs a command to its end; milliseconds, what it printed (or how many lines, where it `counts`), and the most memory it held. Throws with its last words when it fails. */
export async function ran([command, args], { folder, environment, signal, counts = false }) {
  const begin = performance.now();
  const child = spawn(command, args, { cwd: folder, env: environment, signal });
  const peak = watchMemory(child.pid);
  const { status, output, ...said } = await ended(child, signal, counts);
  const tookMs = performance.now() - begin;
  if (status === 0) return { tookMs, peakBytes: peak.stop(), ...said };
  peak.stop();
  const tail = output.trimEnd().split("\n").slice(-20).join("\n");
  throw new Error(`${[command, ...args].join(" ")} ended with ${status}\n${tail}`);
}

export async function timed(command, run) {
  return (await ran(command, run)).tookMs;
}

/** The same, until everything at `addresses` answers as well: asked from outside, the same way for both. */
export async function timedUntilReady(command, addresses, run) {
  const begin = performance.now();
  const { tookMs, stdout } = await ran(command, run);
  await Promise.all(addresses.map((address) => answered(address, run.signal)));
  return { tookMs, stdout, readyMs: performance.now() - begin };
}

/** Also when interrupted it is the end that is waited for: nothing of what it does may go on beside the cleaning up. */
function ended(child, signal, counts) {
  return new Promise((resolve, reject) => {
    let [output, stdout, lineCount] = ["", "", 0];
    child.stdout.on("data", (chunk) => {
      if (counts) {
        for (let at = chunk.indexOf(newline); at >= 0; at = chunk.indexOf(newline, at + 1)) lineCount += 1;
        return;
      }
      output += chunk;
      stdout += chunk;
    });
    child.stderr.on("data", (chunk) => (output += chunk));
    child.on("error", (error) => {
      if (child.pid === undefined) reject(error);
    });
    child.on("close", (status) =>
      signal.aborted ? reject(signal.reason) : resolve({ status, output, stdout, lineCount }),
    );
  });
}

const newline = 10;

/** The most that a process, and those that it started, held so far; null where the kernel does not tell. Looked at while it runs, since a process that has ended tells nothing. */
function watchMemory(pid) {
  let peak = null;
  const look = () => {
    const bytes = peakOf(pid);
    if (bytes !== null) peak = Math.max(peak ?? 0, bytes);
  };
  look();
  const timer = setInterval(look, memoryEveryMs);
  return {
    stop: () => {
      clearInterval(timer);
      return peak;
    },
  };
}

const memoryEveryMs = 20;

function peakOf(pid) {
  try {
    const own = Number(/VmHWM:\s*(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) * 1024;
    const tasks = readdirSync(`/proc/${pid}/task`).map((task) => `/proc/${pid}/task/${task}/children`);
    const children = tasks.flatMap((path) => readFileSync(path, "utf8").split(" ").filter(Boolean));
    return children.reduce((sum, child) => sum + (peakOf(child) ?? 0), own);
  } catch {
    return null;
  }
}

/** Asks until the answer is 200. */
export async function answered(address, signal) {
  const begin = performance.now();
  while ((await statusOf(address)) !== 200) {
    signal.throwIfAborted();
    if (performance.now() - begin > readyLimitMs) {
      throw new Error(`${address} does not answer with 200 within ${readyLimitMs / 1000} s`);
    }
    await pause(askAgainMs);
  }
}

/** 0 where nobody answers. */
function statusOf(address) {
  return new Promise((resolve) => {
    const request = get(address, { agent: false, timeout: answerLimitMs }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    request.on("timeout", () => request.destroy());
    request.on("error", () => resolve(0));
  });
}
