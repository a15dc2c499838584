import { execFile, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { expect, inject, onTestFinished, test } from "vitest";
import type { CliResult, Document } from "../../support/cli.ts";
import type { Scenario } from "../../support/scenario.ts";
import { describeOnEngine } from "../../support/scenario-hooks.ts";
import { expectNothingMade, expectWell, failureOf, idle, openStack } from "./small-stack.ts";

const modules = join(import.meta.dirname, "..", "..", "..", "node_modules");
const engineCommands = [["up"], ["status"], ["down"], ["restart"], ["logs"], ["db", "set-password"]];

/** Puts a context into Docker's own configuration. */
const writeContext = (stack: Scenario, name: string, host: string): void => {
  const id = createHash("sha256").update(name).digest("hex");
  const meta = { Name: name, Metadata: {}, Endpoints: { docker: { Host: host, SkipTLSVerify: false } } };
  stack.write(`../home/.docker/contexts/meta/${id}/meta.json`, JSON.stringify(meta));
};

/** Runs goat-dev where no socket of an engine is: inside a container that has the project and nothing else. */
const runWithoutEngine = async (stack: Scenario, args: readonly string[]): Promise<CliResult> => {
  const { bin, images } = inject("e2e");
  const folders = [dirname(dirname(bin)), modules, stack.folder];
  const mounts = folders.flatMap((path) => ["--volume", `${path}:${path}:ro`]);
  const machine = ["--network", "none", "--user", "0", "--workdir", stack.folder, "--entrypoint", "node", ...mounts];
  const words = ["run", "--rm", ...machine, images["LANGFUSE_IMAGE"] ?? "", bin, ...args];
  return new Promise((resolve) => {
    const child = execFile("docker", words, (_, stdout, stderr) => {
      const json: Document = JSON.parse(stdout);
      resolve({ args, exitCode: child.exitCode, stdout, stderr, json, output: stdout + stderr });
    });
  });
};

const dead = (stack: Scenario): string => `unix://${stack.path("..", "nobody.sock")}`;

describeOnEngine("no engine", () => {
  test.for(engineCommands)("%s must exit 3 and name the dead socket and who chose it", async (command) => {
    const stack = await openStack({ web: idle });
    const host = dead(stack);
    const error = failureOf(
      await stack.run([...command, "--json"], { env: { DOCKER_HOST: host } }),
      3,
      "engine-unreachable",
    );
    expect(error.message).toBe(`no Docker engine answers at DOCKER_HOST (${host}): no such socket`);
    expect(error.fixes.map((fix) => fix.command)).toContain("unset DOCKER_HOST");
  });

  test("without DOCKER_HOST, as the fix says, up must find the engine", async () => {
    const stack = await openStack({ web: idle });
    failureOf(await stack.run(["up", "--json", "--docker-host", dead(stack)]), 3, "engine-unreachable");
    await expectNothingMade(stack);
    await expectWell(stack);
  });

  test("on a machine without any engine up must list what it tried, and where one is to be had", async () => {
    const stack = await openStack({ web: idle });
    const error = failureOf(await runWithoutEngine(stack, ["up", "--json"]), 3, "engine-unreachable");
    expect(error.message).toMatch(/^Docker is not installed: /);
    for (const product of ["Docker", "Docker Desktop", "Colima", "OrbStack", "Rancher Desktop", "Podman"])
      expect(error.text).toMatch(new RegExp(`sock \\(${product}\\): no such socket`));
    expect(error.fixes[0]?.effect).toContain("https://docs.docker.com/get-docker");
  });

  test("up must tell a socket that a dead engine left behind from one that is missing", async () => {
    const stack = await openStack({ web: idle });
    const path = stack.path("..", "left.sock");
    const die = 'require("net").createServer().listen(process.argv[1], () => process.kill(process.pid, "SIGKILL"))';
    spawnSync(process.execPath, ["-e", die, path]);
    const up = await stack.run(["up", "--json"], { env: { DOCKER_HOST: `unix://${path}` } });
    expect(failureOf(up, 3, "engine-unreachable").message).toContain("nothing listens there: not running");
  });

  test("up must not wait for an engine that accepts and never answers", async () => {
    const stack = await openStack({ web: idle });
    const path = stack.path("..", "mute.sock");
    const mute = createServer((socket) => socket.on("error", () => undefined)).listen(path);
    await once(mute, "listening");
    onTestFinished(() => void mute.close());
    const error = failureOf(
      await stack.run(["up", "--json"], { env: { DOCKER_HOST: `unix://${path}` } }),
      3,
      "engine-unreachable",
    );
    expect(error.message).toContain("no answer in 3 s");
  });

  test("up must name a context that there is not, and who named it", async () => {
    const stack = await openStack({ web: idle });
    const env = { DOCKER_HOST: "", DOCKER_CONTEXT: "nowhere" };
    const error = failureOf(await stack.run(["up", "--json"], { env }), 3, "engine-context-unknown");
    expect(error.message).toBe("there is no Docker context nowhere (named by DOCKER_CONTEXT)");
    expect(error.fixes.map(({ command }) => command)).toContain("docker context ls");
  });

  test("up must name the current context where its engine is not running", async () => {
    const stack = await openStack({ web: idle });
    writeContext(stack, "colima", dead(stack));
    stack.write("../home/.docker/config.json", JSON.stringify({ currentContext: "colima" }));
    const error = failureOf(await stack.run(["up", "--json"], { env: { DOCKER_HOST: "" } }), 3, "engine-unreachable");
    expect(error.message).toContain("context colima");
    expect(error.fixes.map(({ command }) => command)).toContain("docker context use default");
    stack.write("../home/.docker/config.json", "{}");
    await expectWell(stack);
  });
});

describeOnEngine("a remote engine", () => {
  test.for(["ssh://me:hidden-password@build.example.com", "tcp://203.0.113.7:2375", "https://build.example.com:2376"])(
    "up must refuse %s with its reason, before anything",
    async (host) => {
      const stack = await openStack({ web: idle });
      const up = await stack.run(["up", "--json"], { env: { DOCKER_HOST: host } });
      const error = failureOf(up, 3, "engine-remote");
      expect(error.message).toContain("another machine");
      expect(error.message).toContain("files cannot be mounted");
      expect(error.message).toContain(new URL(host).hostname);
      expect(up.output).not.toContain("hidden-password");
      expect(error.fixes.map(({ command }) => command)).toEqual(["unset DOCKER_HOST"]);
      await expectNothingMade(stack);
    },
  );

  test("up must refuse a context on another machine", async () => {
    const stack = await openStack({ web: idle });
    writeContext(stack, "build", "ssh://me@build.example.com");
    const env = { DOCKER_HOST: "", DOCKER_CONTEXT: "build" };
    const error = failureOf(await stack.run(["up", "--json"], { env }), 3, "engine-remote");
    expect(error.message).toContain("context build");
  });
});
