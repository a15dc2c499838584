import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { passedOn } from "../../../../src/engine/processes/local-service.ts";
import type { LocalService, Runtime } from "../../../../src/engine/processes/runtime.ts";
import { commandRuntime } from "../../../../src/engine/processes/runtimes.ts";
import { GoatError } from "../../../../src/errors/goat-error.ts";
import type { ServiceSpec } from "../../../../src/model/stack.ts";
import { limitMs, type Scene } from "../../../contract/rig.ts";
import { embeddedIn, embeddedScene, machineOf, watchChanges } from "../../../support/embedded.ts";
import { tempFolder } from "../../../support/temp.ts";

const stay = "exec sleep 1000";

const asCommand = (service: ServiceSpec, ...command: readonly string[]): ServiceSpec => ({
  ...service,
  run: { ...service.run, embedded: { recipe: "command", command } },
});

const output = (scene: Scene & { readonly folder: string }): string => {
  const path = readdirSync(scene.folder, { recursive: true, encoding: "utf8" }).find((one) =>
    one.endsWith("console.log"),
  );
  return path === undefined ? "" : readFileSync(join(scene.folder, path), "utf8");
};

const untilOutput = async (scene: Scene & { readonly folder: string }, pattern: RegExp): Promise<string> => {
  await vi.waitFor(() => expect(output(scene)).toMatch(pattern), limitMs);
  return output(scene);
};

test("a program that is not there must be named, and the container keep the reason", async () => {
  const folder = tempFolder();
  const machine = { ...machineOf(folder), env: { PATH: "/usr/bin:/bin" } };
  const scene = await embeddedScene(folder, embeddedIn(folder, { machine }));
  const container = await scene.create(asCommand(scene.service("web", ""), "goat-no-such-program", "--now"));
  await expect(scene.start(container)).rejects.toMatchObject({
    code: "engine-refused",
    message: `${container} cannot start: there is no program goat-no-such-program`,
  });
  expect(await scene.observe("web")).toMatchObject({
    state: "created",
    startError: expect.stringContaining("goat-no-such-program"),
  });
});

test("a folder to work in that is not there must be named, rather than the program", async () => {
  const scene = await embeddedScene();
  const { stack } = scene;
  const container = `${stack.name}-web-1`;
  const gone = { ...stack, workingDir: "/no/such/folder" };
  const operation = {
    type: "create-container",
    container,
    fingerprint: {},
    service: scene.service("web", stay),
  } as const;
  await scene.apply({ ...operation, stack: gone });
  await expect(scene.start(container)).rejects.toThrow("there is no folder /no/such/folder");
});

test("what kept a service from starting must be forgotten once it starts", async () => {
  const folder = tempFolder();
  const script = join(folder, "serve.sh");
  const scene = await embeddedScene(folder);
  const container = await scene.create(asCommand(scene.service("web", ""), script));
  await expect(scene.start(container)).rejects.toMatchObject({ code: "engine-refused" });
  writeFileSync(script, `#!/bin/sh\n${stay}\n`, { mode: 0o755 });
  await scene.start(container);
  expect(await scene.observe("web")).toMatchObject({ state: "running", startError: null });
});

test("a service must see the Compose file's environment and a short list of the shell's, and no keys of the shell", async () => {
  const folder = tempFolder();
  const env = { ...process.env, OPENAI_API_KEY: "sk-of-the-shell", LC_ALL: "C", https_proxy: "http://proxy:3128" };
  const scene = await embeddedScene(folder, embeddedIn(folder, { machine: { ...machineOf(folder), env } }));
  await scene.run(scene.service("web", `env; echo end; ${stay}`, { environment: { LC_ALL: "C.UTF-8", OWN: "a b" } }));
  const seen = await untilOutput(scene, /^end$/m);
  expect(seen).toContain("OWN=a b\n");
  expect(seen).toContain("LC_ALL=C.UTF-8\n");
  expect(seen).toContain("https_proxy=http://proxy:3128\n");
  expect(seen).not.toContain("sk-of-the-shell");
});

test("what is handed on of the shell must be what programs need to run, and nothing that is not set", () => {
  expect(passedOn({ PATH: "/bin", HOME: undefined, GROQ_API_KEY: "gsk", NO_PROXY: "localhost" })).toEqual({
    PATH: "/bin",
    NO_PROXY: "localhost",
  });
});

test("a long log must be put aside at the next start, and a temporary file system be empty", async () => {
  const scene = await embeddedScene();
  const mounts = [{ kind: "tmpfs" as const, target: "/scratch" }];
  const script = "ls /scratch | wc -l; echo x > /scratch/x; echo end; exec sleep 1000";
  const container = await scene.run(scene.service("web", script, { docker: { mounts } }));
  await untilOutput(scene, /^end$/m);
  await scene.stop(container);
  const path = readdirSync(scene.folder, { recursive: true, encoding: "utf8" }).find((one) =>
    one.endsWith("console.log"),
  );
  const log = join(scene.folder, path ?? "");
  writeFileSync(log, "x".repeat(9 * 1024 * 1024));
  await scene.start(container);
  expect((await untilOutput(scene, /^end$/m)).trim().split(/\s+/)).toEqual(["0", "end"]);
  expect(statSync(log.replace(/\.log$/, ".old.log")).size).toBe(9 * 1024 * 1024);
});

const runtime = (changes: Partial<Runtime>): Runtime => ({ ...commandRuntime, ...changes });

test("a runtime must prepare each start, with the paths of this machine, before the program runs", async () => {
  const folder = tempFolder();
  const prepared: LocalService[] = [];
  const prepare = async (local: LocalService): Promise<void> => {
    for (const { path } of local.mounts) expect(existsSync(path)).toBe(true);
    expect(existsSync(local.logFolder)).toBe(true);
    prepared.push(local);
  };
  const scene = await embeddedScene(folder, embeddedIn(folder, { runtimes: [runtime({ prepare })] }));
  const mounts = [{ kind: "anonymous" as const, target: "/data", readOnly: false }];
  const container = await scene.run(scene.service("web", stay, { docker: { mounts } }));
  await scene.stop(container);
  await scene.start(container);
  expect(prepared).toHaveLength(2);
  expect(prepared[0]).toEqual(prepared[1]);
  expect(prepared[0]).toMatchObject({ service: "web", container, workingDir: scene.stack.workingDir });
});

test("a start that could not be prepared must leave its reason and no process", async () => {
  const folder = tempFolder();
  const prepare = async (): Promise<void> => {
    throw new GoatError("database-version-mismatch", "the data is of another version");
  };
  const scene = await embeddedScene(folder, embeddedIn(folder, { runtimes: [runtime({ prepare })] }));
  const container = await scene.create(scene.service("web", stay));
  await expect(scene.start(container)).rejects.toMatchObject({ code: "database-version-mismatch" });
  expect(await scene.observe("web")).toMatchObject({ state: "created", startError: "the data is of another version" });
});

test("a runtime's own stop signal must be sent where the file names none", async () => {
  const folder = tempFolder();
  const launch: Runtime["launch"] = (local) => ({ ...commandRuntime.launch(local), stopSignal: "SIGINT" });
  const scene = await embeddedScene(folder, embeddedIn(folder, { runtimes: [runtime({ launch })] }));
  const container = await scene.run(scene.service("web", "trap 'exit 9' INT; echo end; while :; do sleep 0.01; done"));
  await untilOutput(scene, /^end$/m);
  await scene.stop(container, 20_000);
  expect(await scene.observe("web")).toMatchObject({ state: "exited", exitCode: 9 });
});

test("two starts at once must make one process", async () => {
  const scene = await embeddedScene();
  const container = await scene.create(scene.service("web", stay));
  const seen = await watchChanges(scene.engine, scene.stack.name);
  await Promise.all([scene.start(container), scene.start(container)]);
  await scene.stop(container);
  await vi.waitFor(() => expect(seen.map(({ type }) => type)).toEqual(["started", "died"]), limitMs);
});
