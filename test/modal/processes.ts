import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { onTestFinished } from "vitest";
import { tempFolder } from "../support/temp.ts";
import { cleanEnvironment } from "./probe.ts";

export interface Running {
  readonly child: ChildProcess;
  /** Everything it printed so far. */
  output(): string;
  /** Its exit status; null where a signal ended it. */
  readonly ended: Promise<number | null>;
  /** Resolves with the first line, past or to come, that matches; throws where the process ends without one. */
  line(pattern: RegExp): Promise<string>;
}

/** A process that is ended with the test. */
export const start = (
  [command, ...args]: readonly [string, ...string[]],
  variables: Readonly<Record<string, string>>,
): Running => {
  const env = {
    ...cleanEnvironment(),
    ...{ PYTHONDONTWRITEBYTECODE: "1", PYTHONUNBUFFERED: "1", TMPDIR: tempFolder() },
    ...variables,
  };
  const child = spawn(command, args, { env, stdio: ["ignore", "pipe", "pipe"] });
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  const wake = (): void => {
    for (const look of [...waiting]) look();
  };
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on("line", (line) => {
      lines.push(line);
      wake();
    });
  }
  let isOver = false;
  const ended = once(child, "close").then(([status]: (number | null)[]) => {
    isOver = true;
    wake();
    return status ?? null;
  });
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await ended;
  });
  const output = (): string => lines.join("\n");
  const line = (pattern: RegExp): Promise<string> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const found = lines.find((text) => pattern.test(text));
        if (found === undefined && !isOver) return;
        waiting.delete(look);
        if (found === undefined) reject(new Error(`it ended without ${pattern}:\n${output()}`));
        else resolve(found);
      };
      waiting.add(look);
      look();
    });
  return { child, output, ended, line };
};
