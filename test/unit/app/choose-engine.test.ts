import { expect, test } from "vitest";
import type { EngineRequest, OpenedEngine } from "../../../src/app/app.ts";
import { chooseEngine } from "../../../src/app/choose-engine.ts";
import { GoatError } from "../../../src/errors/goat-error.ts";
import { service, stackOf } from "../../support/sample-stack.ts";
import { SimulatedEngine } from "../../support/simulated-engine/simulated-engine.ts";

const stack = stackOf(service("postgres"));
const request: EngineRequest = { wanted: null, recorded: null, dockerHost: null, stack, stateDir: "/p/.goat-dev" };

const opened = (source: string, engine = new SimulatedEngine()): OpenedEngine => ({
  engine,
  info: { kind: "docker", version: "1", endpoint: "simulated:", source },
  reason: null,
});

const unreachable = new GoatError("engine-unreachable", "no Docker engine answers; tried 2 places", {
  evidence: ["/var/run/docker.sock: no such socket"],
  fixes: [{ command: "sudo systemctl start docker", effect: "starts it" }],
});

const choose = (changes: Partial<EngineRequest>, docker: "answers" | "is absent", env = {}, local?: SimulatedEngine) =>
  chooseEngine({ ...request, ...changes }, env, {
    docker: async () => {
      if (docker === "is absent") throw unreachable;
      return opened("docker");
    },
    embedded: async () => opened("embedded", local),
  });

const sourceOf = async (found: Promise<OpenedEngine>): Promise<string> => (await found).info.source;

test("Docker must be taken where it answers, and nothing be said of it", async () => {
  const found = await choose({}, "answers");
  expect([found.info.source, found.reason]).toEqual(["docker", null]);
});

test("plain processes must be taken where no Docker answers, with the reason", async () => {
  const found = await choose({}, "is absent");
  expect([found.info.source, found.reason]).toEqual(["embedded", "no Docker engine answers"]);
});

test("the reason must tell of a socket that is there and of no use", async () => {
  const evidence = ["/run/a.sock (Podman): no such socket", "/run/b.sock (Docker): permission denied"];
  const denied = new GoatError("engine-unreachable", "no Docker engine answers", { evidence });
  const { reason } = await chooseEngine(
    request,
    {},
    { docker: () => Promise.reject(denied), embedded: async () => opened("embedded") },
  );
  expect(reason).toBe("no Docker engine answers (/run/b.sock (Docker): permission denied)");
});

test("what was asked for must win over what was recorded", async () => {
  expect(await sourceOf(choose({ wanted: "embedded", recorded: "docker" }, "answers"))).toBe("embedded");
  expect(await sourceOf(choose({ wanted: "docker", recorded: "embedded" }, "answers"))).toBe("docker");
});

test("what was recorded must win over what answers", async () => {
  const found = await choose({ recorded: "embedded" }, "answers");
  expect([found.info.source, found.reason]).toEqual(["embedded", null]);
});

test("a stack with data on Docker must never wake up on another engine", async () => {
  const error = await choose({ recorded: "docker" }, "is absent").catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: "engine-unreachable", exitCode: 3, evidence: unreachable.evidence });
  expect((error as GoatError).fixes.map(({ command }) => command)).toEqual([
    "sudo systemctl start docker",
    "goat-dev up --engine embedded",
  ]);
  expect((error as GoatError).fixes[1]?.effect).toContain("empty database");
});

test.for([
  ["--engine docker", { wanted: "docker" as const }, {}],
  ["--docker-host", { dockerHost: "unix:///x.sock" }, {}],
  ["DOCKER_HOST", {}, { DOCKER_HOST: "unix:///x.sock" }],
  ["DOCKER_CONTEXT", {}, { DOCKER_CONTEXT: "colima" }],
] as const)("who names Docker by %s must not get another engine", async ([, changes, env]) => {
  await expect(choose(changes, "is absent", env)).rejects.toMatchObject({ code: "engine-unreachable" });
});

test("where plain processes cannot run the stack either, it must be Docker that is missed, with the reason", async () => {
  const none = new SimulatedEngine();
  const bare = { ...stack, services: stack.services.map((service) => ({ ...service, run: {} })) };
  await expect(choose({ stack: bare }, "is absent", {}, none)).rejects.toMatchObject({
    code: "engine-unreachable",
    evidence: ["/var/run/docker.sock: no such socket", "postgres has no image"],
  });
});

test("another failure of Docker must be told as it is", async () => {
  const remote = new GoatError("engine-remote", "the engine is on another machine");
  const found = chooseEngine(
    request,
    {},
    {
      docker: async () => {
        throw remote;
      },
      embedded: async () => opened("embedded"),
    },
  );
  await expect(found).rejects.toBe(remote);
});
