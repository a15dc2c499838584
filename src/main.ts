import { setMaxListeners } from "node:events";
import { readFileSync, writeSync } from "node:fs";
import { homedir } from "node:os";
import { dirname } from "node:path";
import { isatty } from "node:tty";
import { fileURLToPath } from "node:url";
import type { HostProcess } from "./cli/context.ts";
import { systemClock } from "./platform/clock.ts";

const packageRoot = dirname(dirname(fileURLToPath(import.meta.url)));
const { version } = JSON.parse(readFileSync(`${packageRoot}/package.json`, "utf8")) as { version: string };

// Each service, step and request listens to the same abort signals: Node takes more than ten for a leak.
setMaxListeners(0);

// The first Ctrl-C asks everything to end; a second one ends the process at once.
const interrupt = new AbortController();

const ending = ["SIGINT", "SIGTERM"] as const;
for (const name of ending) process.on(name, onSignal);

// On Ctrl-Z the shell needs the cursor back, which a live list hides. Written to the file descriptor, since the list
// keeps the stream to itself while it draws.
process.on("SIGTSTP", () => {
  if (process.stderr.isTTY) writeSync(process.stderr.fd, "\u001b[?25h");
  process.kill(process.pid, "SIGSTOP");
});

// It is no error when a reader closes the pipe early, as in `goat-dev logs | head`.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0);
    throw error;
  });
}

// Keeps Node from exiting while a command waits for something that holds no handle open, such as a signal alone.
const alive = setInterval(() => undefined, 60_000);

const host: HostProcess = {
  argv: process.argv.slice(2),
  cwd: process.cwd(),
  home: homedir(),
  env: process.env,
  pid: process.pid,
  nodePath: process.execPath,
  nodeVersion: process.versions.node,
  platform: process.platform,
  arch: process.arch,
  uid: process.getuid?.() ?? -1,
  packageRoot,
  version,
  stdin: { isTTY: isatty(0), open: () => process.stdin },
  stdout: process.stdout,
  stderr: process.stderr,
  signal: interrupt.signal,
  takeSignals,
  clock: systemClock,
};

// Imported dynamically, so that the build puts it into a file with a hash in its name: bin/load.js caches compiled code
// only of such files, and this one has no hash. Not awaited: dist is CommonJS, which has no top-level await.
void import("./cli/run.ts").then(({ runCli }) => runCli(host)).then(finish);

function onSignal(): void {
  if (interrupt.signal.aborted) process.exit(130);
  interrupt.abort(new DOMException("interrupted", "AbortError"));
}

/** While a program runs in the foreground, signals go to it, even those that would end goat-dev at once. */
function takeSignals(take: (name: NodeJS.Signals) => void): () => void {
  const all = [...ending, "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2"] as const;
  for (const name of ending) process.off(name, onSignal);
  for (const name of all) process.on(name, take);
  return () => {
    for (const name of ending) process.on(name, onSignal);
    for (const name of all) process.off(name, take);
  };
}

function finish(exitCode: number): void {
  clearInterval(alive);
  for (const name of ending) process.off(name, onSignal);
  process.exitCode = exitCode;
}
