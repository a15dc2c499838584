import { request } from "node:http";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { createDockerEngine } from "../../src/engine/docker/docker-engine.ts";
import type { Engine } from "../../src/engine/engine.ts";
import type { Operation } from "../../src/model/plan.ts";
import { startFakeDocker } from "../support/fake-docker.ts";
import type { ServiceScript } from "../support/simulated-engine/script.ts";
import { SimulatedEngine } from "../support/simulated-engine/simulated-engine.ts";
import { runCommand, type ShellIo } from "../support/tiny-shell.ts";
import { type Harness, limitMs, printInside, type Rig } from "./rig.ts";

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

const asDocker = {
  restarts: true,
  pauses: true,
  stampsLines: true,
  stampsFinely: true,
  keepsStartErrors: true,
} as const;

/** Podman 4.3 stamps lines by the second, and forgets why a container could not start. */
const asPodman = { ...asDocker, stampsFinely: false, keepsStartErrors: false } as const;

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

const nowhere = (): Engine =>
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

const realEngine = (): Engine => createDockerEngine({ env: process.env, home: homedir() });

/** Asks the engine behind goat-dev's back. */
const askEngine = (endpoint: string, method: "GET" | "POST", path: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const asked = request({ socketPath: endpoint.replace("unix://", ""), method, path }, (response) => {
      response.setEncoding("utf8");
      let all = "";
      response.on("data", (chunk: string) => {
        all += chunk;
      });
      response.on("end", () => resolve(all));
    });
    asked.on("error", reject);
    asked.end();
  });

interface LocalImage {
  readonly Created: number;
  readonly RepoTags: readonly string[] | null;
}

/** The newest image of test/images' base that the engine has; null where it has none. */
const newestBase = async (endpoint: string): Promise<string | null> => {
  const path = `/images/json?filters=${encodeURIComponent(JSON.stringify({ reference: ["goat-test/base"] }))}`;
  const images: readonly LocalImage[] = JSON.parse(await askEngine(endpoint, "GET", path));
  return images.toSorted((a, b) => b.Created - a.Created)[0]?.RepoTags?.[0] ?? null;
};

type Found = { readonly image: string; readonly product: string } | { readonly skip: string };

const findReal = async (): Promise<Found> => {
  await using engine = realEngine();
  try {
    const { endpoint, product = "docker" } = await engine.probe(AbortSignal.timeout(10_000));
    const image = process.env["BASE_IMAGE"] || (await newestBase(endpoint));
    return image === null ? { skip: "no goat-test/base image: npm run test:images" } : { image, product };
  } catch (error) {
    return { skip: error instanceof Error ? error.message : String(error) };
  }
};

/** Real Docker, or what DOCKER_HOST names instead of it, where an engine and a base image are here. GOAT_DEV_REQUIRE_ENGINES=1 makes their absence a failure. */
export const realDocker = async (): Promise<Harness> => {
  const found = await findReal();
  if ("skip" in found && process.env["GOAT_DEV_REQUIRE_ENGINES"] === "1") {
    throw new Error(`GOAT_DEV_REQUIRE_ENGINES is set, but: ${found.skip}`);
  }
  const product = "skip" in found ? "docker" : found.product;
  return {
    name: `real ${product}`,
    ...(product === "Podman" ? asPodman : asDocker),
    ...("skip" in found ? { skip: found.skip } : {}),
    async open(): Promise<Rig> {
      const engine = realEngine();
      return {
        engine,
        image: "image" in found ? found.image : "",
        print: (container, line) => printInside(engine, container, line),
        pause: async (container) => {
          const { endpoint } = await engine.probe(AbortSignal.timeout(limitMs));
          await askEngine(endpoint, "POST", `/containers/${container}/pause`);
        },
        unreachable: nowhere,
        [Symbol.asyncDispose]: () => engine[Symbol.asyncDispose](),
      };
    },
  };
};
