import { expect, test } from "vitest";
import { docker } from "../../support/docker.ts";
import { describeOnEngine } from "../../support/scenario-hooks.ts";
import { expectWell, failureOf, held, idle, openStack, release, sh, untilRunning, writeStack } from "./small-stack.ts";

describeOnEngine("a service that ends", () => {
  test("up must end with its exit status and last lines, and leave container and logs to look at", async () => {
    const stack = await openStack({ worker: sh("echo reading settings >&2; echo no settings here >&2; exit 3") });
    const error = failureOf(await stack.run(["up", "--json"]), 5, "service-exited");
    expect(error).toMatchObject({ service: "worker", evidence: ["reading settings", "no settings here"] });
    expect(error.message).toContain("worker exited with status 3");
    expect(error.fixes.map(({ command }) => command)).toEqual(["goat-dev logs worker"]);

    expect(await stack.container("worker")).toMatchObject({ status: "exited" });
    const logs = await stack.run(["logs", "worker"]);
    expect(logs.stdout).toContain("no settings here");

    writeStack(stack, { worker: idle });
    await expectWell(stack);
  });

  test("up must say that a service ran out of memory", async () => {
    const stack = await openStack({ hungry: { ...sh("exec tail /dev/zero"), mem_limit: "32m" } });
    const error = failureOf(await stack.run(["up", "--json"]), 5, "service-out-of-memory");
    expect(error).toMatchObject({ service: "hungry" });
    expect(error.message).toContain("out of memory");
    expect(error.fixes[0]).toEqual({
      command: "goat-dev up",
      effect: "once mem_limit of hungry (32 MB now) is raised",
    });
    const status = await stack.run(["status", "--json"]);
    expect(status.json.services).toMatchObject([{ name: "hungry", state: "exited", why: "killed: out of memory" }]);

    writeStack(stack, { hungry: { ...idle, mem_limit: "32m" } });
    await expectWell(stack);
  });

  test.for([
    ["at once", "echo cannot start >&2; exit 7"],
    ["after a while", "echo cannot start >&2; sleep 1.5; exit 7"],
  ] as const)("up must never call a crash-looping service ready: it dies %s", async ([, script]) => {
    const stack = await openStack({ looping: { ...sh(script), restart: "always" } });
    const up = await stack.run(["up", "--json"]);
    const error = failureOf(up, 5, "service-restarting");
    expect(error.message).toContain("looping exited with status 7");
    expect(error.evidence).toContain("cannot start");
    expect(up.stderr).not.toContain("✔ looping");

    const status = await stack.run(["status", "--json"]);
    expect(status.exitCode).toBe(5);
    expect(status.json.services?.[0]?.state).not.toBe("ready");

    writeStack(stack, { looping: { ...idle, restart: "always" } });
    await expectWell(stack);
  });

  test("up must end when a service that was ready is killed while another is waited for", async () => {
    const stack = await openStack({ early: idle, late: held });
    const up = stack.start(["up", "--json"]);
    await up.until(/✔ early/);
    await untilRunning(stack, "late");
    await docker("kill", (await stack.container("early")).id);
    const error = failureOf(await up.done, 5, "service-exited");
    expect(error).toMatchObject({ service: "early", message: "early exited with status 137 after it was ready" });
    await release(stack, "late");
    await expectWell(stack);
  });

  test("status must say so when a container is killed behind its back, and up must mend it", async () => {
    const stack = await openStack({ web: idle });
    await expectWell(stack);
    await docker("kill", (await stack.container("web")).id);
    const status = await stack.run(["status", "--json"]);
    expect(status.exitCode).toBe(5);
    expect(status.json.services).toMatchObject([{ name: "web", state: "exited", why: "exit status 137" }]);
    await expectWell(stack);
  });
});
