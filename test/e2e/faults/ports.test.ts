import { once } from "node:events";
import { createServer } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { freePorts } from "../../support/ports.ts";
import { describeOnEngine, openScenario } from "../../support/scenario-hooks.ts";
import { expectNothingMade, expectWell, failureOf, idle, openStack, type, writeStack } from "./small-stack.ts";

/** Listens in this very process. */
const occupy = async (port: number): Promise<{ close(): Promise<void> }> => {
  const server = createServer();
  server.listen({ host: "127.0.0.1", port });
  await once(server, "listening");
  const close = async (): Promise<void> => {
    if (!server.listening) return;
    server.close();
    await once(server, "close");
  };
  onTestFinished(close);
  return { close };
};

const publishing = (port: number) => ({ ...idle, ports: [`127.0.0.1:${port}:80`] });

describeOnEngine("a port that is taken", () => {
  test("up must name the program and its pid before anything is made, and the printed fix must work", async () => {
    const stack = await openScenario();
    stack.edit("dev/docker-compose.yml", (text) => text.replace(/\n {2}langfuse:[\s\S]*\nvolumes:/, "\nvolumes:"));
    await occupy(stack.ports.postgres);
    const error = failureOf(await stack.run(["up", "--json"]), 4, "port-taken");
    expect(error.message).toMatch(
      new RegExp(`^port ${stack.ports.postgres} is taken by \\S+ .*\\(pid ${process.pid}: `),
    );
    expect(error.service).toBe("postgres");
    await expectNothingMade(stack);

    const [fix] = error.fixes;
    expect(fix?.command).toMatch(/^goat-dev up --set POSTGRES_PORT=\d+$/);
    expect(await type(stack, fix?.command ?? "")).toMatchObject({ exitCode: 0 });
    const status = await stack.run(["status", "--json"]);
    expect(status.json.services).toMatchObject([{ name: "postgres", state: "ready" }]);
  });

  test("up must name every port that is taken at once, and go on when they are free", async () => {
    const [one = 0, other = 0] = await freePorts(2);
    const stack = await openStack({ api: publishing(one), web: publishing(other) }, { volumes: { data: {} } });
    const holders = [await occupy(one), await occupy(other)];
    const error = failureOf(await stack.run(["up", "--json"]), 4, "port-taken");
    expect(error.text).toContain(`port ${one} is taken`);
    expect(error.text).toContain(`port ${other} is taken`);
    expect(error.fixes.map(({ command }) => command)).toEqual([
      "edit the port of api in the Compose file",
      "edit the port of web in the Compose file",
    ]);
    await expectNothingMade(stack);
    for (const holder of holders) await holder.close();
    await expectWell(stack);
  });

  test("up must name the container of another project that has the port, and leave it alone", async () => {
    const [port = 0] = await freePorts(1);
    const other = await openStack({ web: publishing(port) });
    await expectWell(other);
    const holder = await other.container("web");
    const stack = await openStack({ api: publishing(port) });
    const error = failureOf(await stack.run(["up", "--json"]), 4, "port-taken");
    expect(error.message).toBe(`port ${port} is taken by container ${holder.name} of ${other.name}`);
    await expectNothingMade(stack);
    expect(await other.container("web")).toEqual(holder);
    expect((await other.run(["down"])).exitCode).toBe(0);
    await expectWell(stack);
  });

  test("up must not stop a running service for a new port that is taken", async () => {
    const [port = 0, taken = 0] = await freePorts(2);
    const stack = await openStack({ web: publishing(port) });
    await expectWell(stack);
    const before = await stack.container("web");
    const holder = await occupy(taken);
    writeStack(stack, { web: publishing(taken) });
    failureOf(await stack.run(["up", "--json"]), 4, "port-taken");
    expect(await stack.container("web")).toEqual(before);
    await holder.close();
    await expectWell(stack);
    expect((await stack.container("web")).id).not.toBe(before.id);
  });
});
