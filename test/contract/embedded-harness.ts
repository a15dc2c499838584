import { appendFileSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { Engine } from "../../src/engine/engine.ts";
import { embeddedIn, machineOf } from "../support/embedded.ts";
import { type Harness, limitMs, type Rig } from "./rig.ts";

/** A path that a shell has to quote. */
const newFolder = (): string => mkdtempSync(join(tmpdir(), "goat dev é-"));

const serviceOf = async (engine: Engine, container: string) => {
  const stack = container.replace(/-[^-]+-\d+$/, "");
  const { services } = await engine.observe({ stack, images: [] }, AbortSignal.timeout(limitMs));
  return services.find((service) => service.container === container);
};

/** What the main process prints lands at the end of this file. */
const consoleOf = async (engine: Engine, folder: string, container: string): Promise<string> => {
  const handle = (await serviceOf(engine, container))?.handle ?? "none";
  const path = readdirSync(folder, { recursive: true, encoding: "utf8" }).find((entry) =>
    entry.endsWith(`logs/${handle}/console.log`),
  );
  if (path === undefined) throw new Error(`${container} has no log`);
  return join(folder, path);
};

export const embedded: Harness = {
  name: "embedded",
  restarts: false,
  pauses: true,
  stampsLines: false,
  stampsFinely: false,
  keepsStartErrors: true,
  tellsUnreadInput: false,
  async open(): Promise<Rig> {
    const folder = newFolder();
    const engine = embeddedIn(folder);
    return {
      engine,
      image: "command (local)",
      print: async (container, line) => appendFileSync(await consoleOf(engine, folder, container), `${line}\n`),
      pause: async (container) => {
        const pid = (await serviceOf(engine, container))?.pid;
        if (pid === undefined) throw new Error(`${container} does not run`);
        process.kill(pid, "SIGSTOP");
        // It stands still a moment later.
        while ((await serviceOf(engine, container))?.state !== "paused") await setTimeout(5);
      },
      unreachable: () => embeddedIn(folder, { machine: { ...machineOf(folder), platform: "win32" } }),
      async [Symbol.asyncDispose]() {
        await engine[Symbol.asyncDispose]();
        rmSync(folder, { recursive: true, force: true });
      },
    };
  },
};
