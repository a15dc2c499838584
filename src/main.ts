import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { runCli } from "./cli/run.ts";
import { systemClock } from "./platform/clock.ts";

const packageRoot = dirname(dirname(fileURLToPath(import.meta.url)));
const { version } = JSON.parse(readFileSync(`${packageRoot}/package.json`, "utf8")) as { version: string };

// The first Ctrl-C asks everything to end; a second one does not wait.
const interrupt = new AbortController();
const onSignal = (): void => {
  if (interrupt.signal.aborted) process.exit(130);
  interrupt.abort(new DOMException("interrupted", "AbortError"));
};
process.on("SIGINT", onSignal);
process.on("SIGTERM", onSignal);

// A reader that has enough, as in `goat-dev logs | head`, is no error.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0);
    throw error;
  });
}

// A wait that holds nothing open, as for a signal alone, must not let Node end as if all were done.
const alive = setInterval(() => undefined, 60_000);

const finish = (exitCode: number): void => {
  clearInterval(alive);
  process.off("SIGINT", onSignal);
  process.off("SIGTERM", onSignal);
  process.exitCode = exitCode;
};

// Not awaited: dist is CommonJS, which knows no await outside of functions.
void runCli({
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
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  signal: interrupt.signal,
  clock: systemClock,
}).then(finish);
