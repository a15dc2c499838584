import { tmpdir } from "node:os";
import { join } from "node:path";
import { createDockerEngine } from "../../src/engine/docker/docker-engine.ts";
import type { Engine } from "../../src/engine/engine.ts";
import type { Operation } from "../../src/model/plan.ts";
import { startFakeDocker } from "../support/fake-docker.ts";
import type { ServiceScript } from "../support/simulated-engine/script.ts";
import { SimulatedEngine } from "../support/simulated-engine/simulated-engine.ts";
import { runCommand, type ShellIo } from "../support/tiny-shell.ts";
import { type Harness, printInside, type Rig } from "./rig.ts";

/** What a shell script does, as the simulated engine takes it. */
const toScript = (
  op: Extract<Operation, { type: "create-container" }>,
  engine: () => SimulatedEngine,
): ServiceScript => {
  const command = op.service.run.docker?.command ?? [];
  const io = (print: ShellIo["print"], volumes: ReadonlyMap<string, Map<string, string>>): ShellIo => {
    const place = (path: string): Map<string, string> | undefined =>
      [...volumes].find(([target]) => path.startsWith(`${target}/`))?.[1];
    return {
      env: op.service.environment,
      print,
      read: (path) => place(path)?.get(path) ?? null,
      write: (path, text) => {
        if (path === "/proc/1/fd/1") engine().print(op.container, text.replace(/\n$/, ""));
        else place(path)?.set(path, text);
      },
    };
  };
  const log: string[] = [];
  const end = runCommand(
    command,
    io((_, line) => log.push(line), new Map()),
  );
  return {
    log,
    ...(end.kind === "exit" ? { exit: { code: end.code } } : { stop: end.onTerm ?? "ignored" }),
    exec(asked, volumes, env, stdin) {
      let output = "";
      const print: ShellIo["print"] = (_, line) => {
        output += `${line}\n`;
      };
      const ended = runCommand(asked, { ...io(print, volumes), env: { ...op.service.environment, ...env }, stdin });
      return { exitCode: ended.kind === "exit" ? ended.code : 0, output };
    },
  };
};

export const asDocker = {
  restarts: true,
  pauses: true,
  stampsLines: true,
  stampsFinely: true,
  keepsStartErrors: true,
  tellsUnreadInput: false,
} as const;

export const simulated: Harness = {
  name: "simulated",
  ...asDocker,
  async open(): Promise<Rig> {
    const engine: SimulatedEngine = new SimulatedEngine({
      images: { "test/base:1": "sha256:base" },
      beforeApply: (op) => {
        if (op.type === "create-container")
          engine.script(
            op.service.name,
            toScript(op, () => engine),
          );
      },
    });
    return {
      engine,
      image: "test/base:1",
      print: (container, line) => printInside(engine, container, line),
      pause: async (container) => engine.pause(container),
      unreachable: () => new SimulatedEngine({ unreachable: "no engine answers" }),
      [Symbol.asyncDispose]: () => engine[Symbol.asyncDispose](),
    };
  },
};

export const nowhere = (): Engine =>
  createDockerEngine({ dockerHost: `unix://${join(tmpdir(), "no-such-docker.sock")}`, env: {}, home: "/nonexistent" });

export const fakeDocker: Harness = {
  name: "docker over a fake socket",
  ...asDocker,
  async open(): Promise<Rig> {
    const fake = await startFakeDocker();
    fake.state.images.set("test/base:1", { id: "sha256:base" });
    const engine = createDockerEngine({ dockerHost: fake.host, env: {}, home: "/nonexistent" });
    return {
      engine,
      image: "test/base:1",
      print: (container, line) => printInside(engine, container, line),
      pause: async (container) => {
        fake.state.find(container).status = "paused";
      },
      unreachable: nowhere,
      async [Symbol.asyncDispose]() {
        await engine[Symbol.asyncDispose]();
        await fake[Symbol.asyncDispose]();
      },
    };
  },
};
