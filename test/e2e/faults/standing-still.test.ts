import { expect, test } from "vitest";
import { docker } from "../../support/docker.ts";
import { freePorts } from "../../support/ports.ts";
import { describeOnEngine } from "../../support/scenario-hooks.ts";
import { expectWell, idle, openStack } from "./small-stack.ts";

const openWeb = async () => {
  const [port = 0] = await freePorts(1);
  return openStack({ web: { ...idle, ports: [`127.0.0.1:${port}:80`] }, job: idle });
};

describeOnEngine("a paused container", () => {
  test("must be named by status, and go on with up, as the container it was", async () => {
    const stack = await openWeb();
    await expectWell(stack);
    const before = await stack.container("web");
    await docker("pause", before.id);
    const status = await stack.run(["status"]);
    expect(status.exitCode).toBe(5);
    expect(status.stdout).toMatch(/^ +web +paused +\d+ .* goat-dev up resumes it$/m);
    const up = await expectWell(stack);
    expect(up.json.changed).toEqual(["web"]);
    expect(await stack.container("web")).toEqual(before);
  });

  test.for(["restart", "down"])("must not keep %s from its work", async (command) => {
    const stack = await openWeb();
    await expectWell(stack);
    await docker("pause", (await stack.container("web")).id);
    const run = await stack.run([command]);
    expect(run.exitCode, run.output).toBe(0);
  });
});

describeOnEngine("a stack whose network was removed while it was stopped", () => {
  test.for([false, true])("must come up on a new one, also where another has its name: %s", async (isMadeAgain) => {
    const stack = await openWeb();
    await expectWell(stack);
    const [network = ""] = await stack.networks();
    const label = `com.docker.compose.project=${stack.name}`;
    await docker("stop", "--time", "1", (await stack.container("web")).id, (await stack.container("job")).id);
    await docker("network", "rm", network);
    if (isMadeAgain) {
      await docker("network", "create", "--label", label, "--label", "com.docker.compose.network=default", network);
    }
    const up = await expectWell(stack);
    expect(up.json.changed).toEqual(["web", "job"]);
    expect(await stack.networks()).toEqual([network]);
    expect((await expectWell(stack)).json.changed).toEqual([]);
  });
});
