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

// Each service, step and request listens to the same signals: Node would take more than ten for a leak.
setMaxListeners(0);

// The first Ctrl-C asks everything to end; a second one does not wait.
const interrupt = new AbortController();

const ending = ["SIGINT", "SIGTERM"] as const;
for (const name of ending) process.on(name, onSignal);

// Ctrl-Z leaves a shell with its cursor, which a drawing has hidden; while it draws, the stream itself is kept from others.
process.on("SIGTSTP", () => {
  if (process.stderr.isTTY) writeSync(process.stderr.fd, "\u001b[?25h");
  process.kill(process.pid, "SIGSTOP");
});

// A reader that has enough, as in `goat-dev logs | head`, is no error.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0);
    throw error;
  });
}

// A wait that holds nothing open, as for a signal alone, must not let Node end as if all were done.
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

// Loaded apart, since the compiled code of this file alone cannot be kept: its name says nothing of what is in it. Not awaited:
// dist is CommonJS, which knows no await outside of functions.
void import("./cli/run.ts").then(({ runCli }) => runCli(host)).then(finish);

function onSignal(): void {
  if (interrupt.signal.aborted) process.exit(130);
  interrupt.abort(new DOMException("interrupted", "AbortError"));
}

/** While a program runs in front, signals are for it, even those that would end goat-dev at once. */
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
