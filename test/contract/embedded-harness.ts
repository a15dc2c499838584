import { appendFileSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { commandRecipe } from "../../src/engine/embedded/command.ts";
import { createEmbeddedEngine, type EmbeddedEngineOptions } from "../../src/engine/embedded/embedded-engine.ts";
import type { Engine } from "../../src/engine/engine.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { machineOf } from "../support/embedded.ts";
import { type Harness, limitMs, newStack, type Rig, toService } from "./rig.ts";

/** A path that a shell has to quote. */
const newFolder = (): string => mkdtempSync(join(tmpdir(), "goat dev é-"));

const optionsIn = (folder: string): EmbeddedEngineOptions => ({
  machine: machineOf(folder),
  stateDir: join(folder, ".goat-dev"),
  systemData: join(folder, "system"),
  clock: systemClock,
  recipes: [commandRecipe],
});

/** What the main process prints lands at the end of this file. */
const consoleOf = async (engine: Engine, folder: string, container: string): Promise<string> => {
  const stack = container.replace(/-[^-]+-\d+$/, "");
  const { services } = await engine.observe({ stack, images: [] }, AbortSignal.timeout(limitMs));
  const { handle = "" } = services.find((service) => service.container === container) ?? {};
  const logs = readdirSync(folder, { recursive: true, encoding: "utf8" }).find((path) =>
    path.endsWith(`logs/${handle}/console.log`),
  );
  return join(folder, logs ?? "none");
};

export const embedded: Harness = {
  name: "embedded",
  restarts: false,
  stampsLines: false,
  async open(): Promise<Rig> {
    const folder = newFolder();
    const options = optionsIn(folder);
    const engine = createEmbeddedEngine(options);
    const [service] = engine.fit({ ...newStack(), services: [toService("any", "web", "exit 0")] }).services;
    return {
      engine,
      image: service?.run.docker?.image ?? "",
      print: async (container, line) => appendFileSync(await consoleOf(engine, folder, container), `${line}\n`),
      unreachable: () => createEmbeddedEngine({ ...options, machine: { ...options.machine, platform: "win32" } }),
      async [Symbol.asyncDispose]() {
        await engine[Symbol.asyncDispose]();
        rmSync(folder, { recursive: true, force: true });
      },
    };
  },
};
