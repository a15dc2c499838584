import { expect, test } from "vitest";
import { freePorts } from "../../support/ports.ts";
import { describeOnEngine } from "../../support/scenario-hooks.ts";
import { expectWell, failureOf, held, idle, openStack, release, sh, writeStack } from "./small-stack.ts";

const upFor3Seconds = ["up", "--json", "--timeout", "3s"];

describeOnEngine("a service that does not get ready", () => {
  test("up must stop waiting at its limit, and say what was last heard and last logged", async () => {
    const stack = await openStack({
      stuck: { ...sh("echo connecting to nobody; exec sleep infinity"), ...{ "x-goat": held["x-goat"] } },
    });
    const error = failureOf(await stack.run(upFor3Seconds), 5, "service-not-ready");
    expect(error.message).toMatch(/^stuck is not ready after [23] s; last: "test -e \/go" ends with 1$/);
    expect(error).toMatchObject({ service: "stuck", evidence: ["connecting to nobody"] });
    expect(error.fixes).toContainEqual({ command: "goat-dev logs stuck", effect: expect.any(String) });
    expect(await stack.container("stuck")).toMatchObject({ status: "running" });
    await release(stack, "stuck");
    await expectWell(stack);
  });

  test("up must stop waiting at its limit also where the health check's command never ends", async () => {
    const healthcheck = { test: ["CMD", "sleep", "infinity"] };
    const stack = await openStack({ checked: { ...sh("exec sleep infinity"), healthcheck } });
    const error = failureOf(await stack.run(upFor3Seconds), 5, "service-not-ready");
    expect(error.message).toMatch(/^checked is not ready after \d s; last: "sleep infinity": no answer in time$/);
    writeStack(stack, { checked: { ...sh("exec sleep infinity"), healthcheck: { test: ["CMD", "true"] } } });
    await expectWell(stack);
  });

  test("up must quote the engine where the image lacks the health check's program", async () => {
    const healthcheck = { test: ["CMD", "no-such-program", "--quick"] };
    const stack = await openStack({ checked: { ...sh("exec sleep infinity"), healthcheck } });
    const error = failureOf(await stack.run(upFor3Seconds), 5, "service-not-ready");
    expect(error.message).toContain('"no-such-program --quick" ends with 12');
    expect(error.message).toContain("executable file not found");
    writeStack(stack, { checked: { ...sh("exec sleep infinity"), healthcheck: { test: ["CMD", "true"] } } });
    await expectWell(stack);
  });

  test("up must not take the engine's proxy for a service that listens", async () => {
    const [port = 0] = await freePorts(1);
    const ports = [`127.0.0.1:${port}:80`];
    const stack = await openStack({ web: { ...sh("exec sleep infinity"), ports } });
    const error = failureOf(await stack.run(upFor3Seconds), 5, "service-not-ready");
    expect(error.message).toContain(`last: port ${port}: connection dropped, not listening yet`);
    const listen =
      "use IO::Socket::INET; $s = IO::Socket::INET->new(Listen => 5, LocalPort => 80); sleep 1 while $s->accept;";
    writeStack(stack, { web: { command: ["perl", "-e", listen.replaceAll("$", "$$$$")], ports } });
    await expectWell(stack);
  });

  test("up must hold each service to a limit of its own", async () => {
    const stuck = { ...held, "x-goat": { ready: { exec: ["test", "-e", "/go"] }, timeout: "2s" } };
    const stack = await openStack({ stuck });
    const error = failureOf(await stack.run(["up", "--json"]), 5, "service-not-ready");
    expect(error.message).toContain("stuck is not ready after 2 s");
    writeStack(stack, { stuck: idle });
    await expectWell(stack);
  });
});
