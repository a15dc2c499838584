import { spawn } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";

const readyLimitMs = 180_000;
const askAgainMs = 10;

/** Runs a command to its end; milliseconds. Throws with its last words when it fails. */
export async function timed([command, args], { folder, signal }) {
  const begin = performance.now();
  const { status, output } = await ended(spawn(command, args, { cwd: folder, env: environment(folder), signal }));
  const tookMs = performance.now() - begin;
  if (status === 0) return tookMs;
  const tail = output.trimEnd().split("\n").slice(-20).join("\n");
  throw new Error(`${[command, ...args].join(" ")} ended with ${status}\n${tail}`);
}

/** The same, until everything at `addresses` answers as well: asked from outside, the same way for both. */
export async function timedUntilReady(command, addresses, run) {
  const begin = performance.now();
  const tookMs = await timed(command, run);
  await Promise.all(addresses.map((address) => answered(address, run.signal)));
  return { tookMs, readyMs: performance.now() - begin };
}

/** Both tools see the .env of the bench and nothing of the caller's own stack. */
function environment(folder) {
  const { PATH, HOME, DOCKER_HOST, DOCKER_CONTEXT, DOCKER_CONFIG, DOCKER_CERT_PATH, DOCKER_TLS_VERIFY } = process.env;
  const docker = { DOCKER_HOST, DOCKER_CONTEXT, DOCKER_CONFIG, DOCKER_CERT_PATH, DOCKER_TLS_VERIFY };
  const given = Object.entries({ PATH, HOME, ...docker }).filter(([, value]) => value !== undefined);
  return { ...Object.fromEntries(given), XDG_STATE_HOME: `${folder}/state` };
}

function ended(child) {
  return new Promise((resolve, reject) => {
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
    child.on("error", reject);
    child.on("close", (status) => resolve({ status, output }));
  });
}

async function answered(address, stop) {
  const limit = AbortSignal.timeout(readyLimitMs);
  for (;;) {
    const signal = AbortSignal.any([stop, limit, AbortSignal.timeout(2_000)]);
    const answer = await fetch(address, { signal, headers: { connection: "close" } }).catch(() => null);
    await answer?.body?.cancel();
    if (answer?.status === 200) return;
    stop.throwIfAborted();
    if (limit.aborted) throw new Error(`${address} does not answer with 200 within ${readyLimitMs / 1000} s`);
    await pause(askAgainMs);
  }
}
