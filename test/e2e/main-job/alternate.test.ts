import { expect, test } from "vitest";
import { describeOnEngine } from "../../support/scenario-hooks.ts";
import { compose, idsOf } from "../../support/scenario-probes.ts";
import { idle, openStack } from "../faults/small-stack.ts";

/** By hand, more often: GOAT_DEV_TURNS=10. */
const rounds = Number(process.env["GOAT_DEV_TURNS"] ?? 3);

const services = {
  web: {
    ...idle,
    environment: { A: "1", UNSET: null },
    volumes: ["data:/data", "./dev:/dev-folder:ro"],
    ports: ["127.0.0.1::80"],
    ulimits: { nofile: 1000 },
    networks: ["default", "back"],
  },
  worker: { ...idle, depends_on: ["web"], mem_limit: "64m" },
};

const more = { volumes: { data: {} }, networks: { back: { internal: true } } };

describeOnEngine("docker compose and goat-dev in turns", () => {
  test.each(["docker compose", "goat-dev"])(`${rounds} times must replace nothing that %s has made`, async (first) => {
    const stack = await openStack(services, more);
    const goat = async () => expect(await stack.run(["up", "--no-example"])).toMatchObject({ exitCode: 0 });
    const composed = () => compose(stack, "--env-file", ".env", "up", "-d");
    const turns = first === "goat-dev" ? [goat, composed] : [composed, goat];
    await turns[0]?.();
    const made = await idsOf(stack);
    for (let turn = 1; turn < 2 * rounds; turn++) {
      await turns[turn % 2]?.();
      expect(await idsOf(stack)).toEqual(made);
    }
    const { json } = await stack.run(["status", "--json"]);
    expect(json.services?.map(({ drift }) => drift)).toEqual([[], []]);
  });

  test("what docker compose made must be made anew once the file says something else, and only that", async () => {
    const stack = await openStack(services, more);
    await compose(stack, "--env-file", ".env", "up", "-d");
    const made = await idsOf(stack);
    stack.edit("dev/docker-compose.yml", (text) => text.replace("mem_limit: 64m", "mem_limit: 65m"));
    expect(await stack.run(["up", "--no-example"])).toMatchObject({ exitCode: 0 });
    const now = await idsOf(stack);
    expect([now["web"] === made["web"], now["worker"] === made["worker"]]).toEqual([true, false]);
  });

  test("what docker compose made must be taken down whole", async () => {
    const stack = await openStack(services, more);
    await compose(stack, "--env-file", ".env", "up", "-d");
    expect(await stack.run(["down", "--volumes", "--yes"])).toMatchObject({ exitCode: 0 });
    expect([await stack.containers(), await stack.networks(), await stack.volumes()]).toEqual([[], [], []]);
  });
});
