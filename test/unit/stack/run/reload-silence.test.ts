import { expect, test } from "vitest";
import { dependsOn, service, stackOf } from "../../../support/sample-stack.ts";
import { failureOf, openTestWorld } from "../../../support/test-world.ts";

const reload = { command: ["launch"], files: [], environment: [] };
const stack = stackOf(service("postgres"), service("litellm", { reload, dependsOn: [dependsOn("postgres")] }));
const answer = (fields: object) => ({ exitCode: 0, output: JSON.stringify({ ok: true, files: {}, ...fields }) });

test("a launcher that does not answer must be told as one that hangs, without waiting for the whole time", async () => {
  let reloads = false;
  const exec = (command: readonly string[]) => {
    if (reloads) throw new Error("no answer");
    reloads = command.includes("reload");
    return reloads ? new Promise<never>(() => undefined) : answer({});
  };
  const world = openTestWorld(stack, { services: { litellm: { exec } } });
  await world.up(stack);
  const error = await failureOf(world.up(stack, { names: ["litellm"], restart: "soft" }));
  expect(error).toMatchObject({
    code: "service-hung",
    service: "litellm",
    fixes: [{ command: "goat-dev restart --hard litellm" }],
  });
  expect(world.clock.now()).toBeLessThan(60_000);
});

test("a reload that takes long must be waited for while its launcher answers", async () => {
  const asked: string[] = [];
  let finish = (): void => undefined;
  const exec = (command: readonly string[]) => {
    asked.push(command.at(-1) ?? "");
    if (command.includes("reload")) {
      return new Promise<ReturnType<typeof answer>>((resolve) => {
        finish = () => resolve(answer({}));
      });
    }
    if (asked.lastIndexOf("status") - asked.indexOf("reload") === 3) finish();
    return answer({});
  };
  const world = openTestWorld(stack, { services: { litellm: { exec } } });
  await world.up(stack);
  await world.up(stack, { names: ["litellm"], restart: "soft" });
  expect(asked.slice(asked.indexOf("reload"))).toEqual(["reload", "status", "status", "status"]);
});

test("a serving process that is silent while its launcher answers must be told as hanging, not waited for", async () => {
  let isMute = false;
  const exec = (command: readonly string[]) => {
    if (command.includes("health")) return isMute ? { exitCode: 1, output: "no answer in time" } : answer({});
    isMute ||= command.includes("reload");
    return command.includes("reload") ? new Promise<never>(() => undefined) : answer({});
  };
  const ready = { kind: "exec", command: ["health"] } as const;
  const served = service("litellm", { reload, ready, readyTimeoutMs: 180_000 });
  const world = openTestWorld(stackOf(served), { services: { litellm: { exec } } });
  await world.up(stackOf(served));
  const { services } = await world.engine.observe({ stack: "goat", images: [] }, world.signal);
  const proven = services.map(({ name, handle, startedAt }) => `${name} ${handle} ${startedAt}`);
  const begin = world.clock.now();
  const error = await failureOf(world.up(stackOf(served), { names: ["litellm"], restart: "soft", proven }));
  expect(error).toMatchObject({ code: "service-hung", fixes: [{ command: "goat-dev restart --hard litellm" }] });
  expect(world.clock.now() - begin).toBeLessThan(20_000);
});
