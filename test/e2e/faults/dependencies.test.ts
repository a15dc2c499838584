import { expect, test } from "vitest";
import { describeOnEngine } from "../../support/scenario-hooks.ts";
import { expectWell, failureOf, idle, openStack, sh, writeStack } from "./small-stack.ts";

const needs = (service: string, condition: string, more: object = {}) => ({
  depends_on: { [service]: { condition, ...more } },
});

describeOnEngine("a service that others need", () => {
  test("up must not start what needs a failed service, and say so", async () => {
    const broken = { ...sh("echo no disk >&2; exit 1"), healthcheck: { test: ["CMD", "true"] } };
    const stack = await openStack({
      db: { ...broken, "x-goat": { ready: { exec: ["test", "-e", "/go"] } } },
      api: { ...idle, ...needs("db", "service_healthy") },
      web: { ...idle, ...needs("api", "service_started") },
    });
    const up = await stack.run(["up", "--json"]);
    expect(failureOf(up, 5, "service-exited")).toMatchObject({ service: "db", evidence: ["no disk"] });
    expect(up.stderr).toMatch(/- api +skipped: needs db/);
    expect(up.stderr).toMatch(/- web +skipped: needs (api|db)/);
    for (const name of ["api", "web"]) expect((await stack.container(name)).status).toBe("created");

    writeStack(stack, {
      db: { ...idle, healthcheck: { test: ["CMD", "true"] } },
      api: { ...idle, ...needs("db", "service_healthy") },
      web: { ...idle, ...needs("api", "service_started") },
    });
    await expectWell(stack);
  });

  test("up must go on without a dependency that is not required", async () => {
    const stack = await openStack({
      cache: { ...sh("echo no cache today; exit 4") },
      api: { ...idle, ...needs("cache", "service_started", { required: false }) },
    });
    const up = await stack.run(["up", "--json"]);
    expect(up.exitCode, up.output).toBe(0);
    expect(up.stderr).toMatch(/✖ cache +exited with status 4/);
    expect(up.stderr).toMatch(/✔ api/);
    expect(up.json.services).toMatchObject([
      { name: "cache", state: "exited" },
      { name: "api", state: "ready" },
    ]);
  });

  test("up must not start what waits for a one-shot that fails, and run it again next time", async () => {
    const api = { ...idle, ...needs("migrate", "service_completed_successfully") };
    const once = (script: string) => ({ migrate: sh(script), api });
    const stack = await openStack(once("echo table users exists already; exit 2"));
    const up = await stack.run(["up", "--json"]);
    expect(failureOf(up, 5, "service-exited")).toMatchObject({
      service: "migrate",
      message: expect.stringContaining("migrate exited with status 2"),
      evidence: ["table users exists already"],
    });
    expect(up.stderr).toMatch(/- api +skipped: needs migrate/);
    writeStack(stack, once("echo done"));
    await expectWell(stack);
    const migrate = await stack.container("migrate");

    await expectWell(stack);
    expect(await stack.container("migrate")).toMatchObject({ id: migrate.id, startedAt: migrate.startedAt });
    expect(migrate.status).toBe("exited");
  });
});
