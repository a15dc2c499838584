import { readFileSync, watch } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type ForegroundOptions, runForeground } from "../../../src/platform/foreground.ts";
import { tempFolder } from "../../support/temp.ts";

type Take = Parameters<ForegroundOptions["takeSignals"]>[0];

/** Signals by hand, and whether anybody has them. */
const createSignals = () => {
  let taker: Take | null = null;
  return {
    isTaken: () => taker !== null,
    send: (name: NodeJS.Signals) => taker?.(name),
    takeSignals: (take: Take) => {
      taker = take;
      return () => {
        taker = null;
      };
    },
  };
};

const textIn = (path: string): string => {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
};

/** Resolves when the file holds the text. */
const untilSaid = (folder: string, file: string, text: string): Promise<void> =>
  new Promise((resolve) => {
    const watcher = watch(folder, () => look());
    const look = (): void => {
      if (!textIn(join(folder, file)).includes(text)) return;
      watcher.close();
      resolve();
    };
    look();
  });

/** Notes each signal in `heard` and ends with 7 on SIGTERM. */
const listener = (folder: string): readonly string[] => [
  "-e",
  `const { appendFileSync } = require("fs");
   const say = (text) => appendFileSync(${JSON.stringify(join(folder, "heard"))}, text + "\\n");
   for (const name of ["SIGINT", "SIGHUP", "SIGUSR2"]) process.on(name, () => say(name));
   process.on("SIGTERM", () => { say("SIGTERM"); process.exit(7); });
   setInterval(() => {}, 1000);
   say("ready");`,
];

const start = (onTerminal: boolean) => {
  const folder = tempFolder();
  const signals = createSignals();
  const abort = new AbortController();
  const end = runForeground(process.execPath, listener(folder), {
    env: {},
    stdout: "inherit",
    onTerminal,
    takeSignals: signals.takeSignals,
    signal: abort.signal,
  });
  return { signals, abort, end, heard: (text: string) => untilSaid(folder, "heard", text), folder };
};

describe("a program in front", () => {
  test("must get each signal, and give them back when it has ended", async () => {
    const { signals, end, heard } = start(false);
    await heard("ready");
    for (const name of ["SIGINT", "SIGHUP", "SIGUSR2"] as const) {
      signals.send(name);
      await heard(name);
    }
    signals.send("SIGTERM");
    expect(await end).toEqual({ exitCode: 7, endedBy: null, startError: null });
    expect(signals.isTaken()).toBe(false);
  });

  test("must not get from goat-dev what the terminal's keys have sent it already", async () => {
    const { signals, end, heard, folder } = start(true);
    await heard("ready");
    signals.send("SIGINT");
    signals.send("SIGHUP");
    await heard("SIGHUP");
    signals.send("SIGTERM");
    expect((await end).exitCode).toBe(7);
    expect(textIn(join(folder, "heard"))).toBe("ready\nSIGHUP\nSIGTERM\n");
  });

  test("must be asked to end when the run is aborted", async () => {
    const { abort, end, heard } = start(false);
    await heard("ready");
    abort.abort();
    expect(await end).toEqual({ exitCode: 7, endedBy: null, startError: null });
  });

  test("must be asked to end, too, when the run was aborted while it was being started", async () => {
    const end = runForeground(process.execPath, ["-e", "setInterval(() => {}, 1000)"], {
      env: {},
      stdout: "inherit",
      onTerminal: false,
      takeSignals: createSignals().takeSignals,
      signal: AbortSignal.abort(),
    });
    expect(await end).toEqual({ exitCode: null, endedBy: "SIGTERM", startError: null });
  });

  test("that is not there must be told by its code", async () => {
    const signals = createSignals();
    const options = { env: {}, stdout: "inherit", onTerminal: false, ...signals } as const;
    const end = await runForeground("no-such-command-of-goat", [], {
      ...options,
      signal: new AbortController().signal,
    });
    expect(end).toEqual({ exitCode: null, endedBy: null, startError: "ENOENT" });
    expect(signals.isTaken()).toBe(false);
  });
});
