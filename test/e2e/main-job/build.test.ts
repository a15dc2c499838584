import { expect, inject, test } from "vitest";
import { docker } from "../../support/docker.ts";
import type { Scenario } from "../../support/scenario.ts";
import { describeOnEngine } from "../../support/scenario-hooks.ts";
import { compose, idsOf } from "../../support/scenario-probes.ts";
import { expectWell, failureOf, idle, openStack } from "../faults/small-stack.ts";

/** A service that is built from a folder, beside one that is not. */
async function openBuilt(dockerfile: string): Promise<Scenario> {
  const base = inject("e2e").base;
  const web = { ...idle, image: undefined, build: { context: "../web", args: { BASE: base, GREETING: "hello" } } };
  const stack = await openStack({ web, db: idle });
  stack.write("web/Dockerfile", `ARG BASE\nFROM $BASE\n${dockerfile}`);
  stack.write("web/.dockerignore", "secret.txt\n");
  stack.write("web/secret.txt", "not for the image");
  stack.write("web/page.txt", "one\n");
  return stack;
}

const greeting = 'ARG GREETING\nRUN echo "$GREETING" >/greeting\nCOPY . /web\n';

describeOnEngine("an image that is built", () => {
  test("up must build what is missing, leave it alone, and make its container anew after up --build alone", async () => {
    const stack = await openBuilt(greeting);
    const plan = await stack.run(["up", "--plan"]);
    expect(plan.stdout).toContain(`build ${stack.name}-web from ${stack.path("web")}`);
    const up = await stack.run(["up"]);
    expect(up.exitCode, up.output).toBe(0);
    expect(up.output).toContain("web built");
    const said = await docker(
      "exec",
      (await stack.container("web")).id,
      "sh",
      "-c",
      "cat /greeting /web/page.txt; ls /web",
    );
    expect(said.split(/\s+/)).toEqual(["hello", "one", "Dockerfile", "page.txt"]);
    const made = await idsOf(stack);

    stack.write("web/page.txt", "two");
    await expectWell(stack);
    await compose(stack, "--env-file", ".env", "up", "-d");
    expect(await idsOf(stack)).toEqual(made);

    expect((await stack.run(["up", "--plan", "--build"])).stdout).toContain(`build ${stack.name}-web`);
    const again = await expectWell(stack, ["--build"]);
    expect(again.json["changed"]).toEqual(["web"]);
    const now = await idsOf(stack);
    expect([now["web"] === made["web"], now["db"] === made["db"]]).toEqual([false, true]);
    expect(await docker("exec", (await stack.container("web")).id, "cat", "/web/page.txt")).toContain("two");
    expect((await expectWell(stack, ["--build"])).json["changed"]).toEqual([]);
  });

  test("up must say which step failed and what it printed last; nothing else of the stack may suffer", async () => {
    const stack = await openBuilt("RUN echo npm says no && exit 3\n");
    const error = failureOf(await stack.run(["up", "--json"]), 1, "build-failed");
    expect(error.message).toContain("web cannot be built");
    expect(error.message).toContain("RUN echo npm says no && exit 3: status 3");
    expect(error.evidence).toContain("npm says no");
    expect(error.fixes[0]?.command).toBe(`$EDITOR ${stack.path("web/Dockerfile")}`);
    stack.write("web/Dockerfile", `ARG BASE\nFROM $BASE\n${greeting}`);
    await expectWell(stack);
  });

  test("a folder that is not there must be told by its path", async () => {
    const stack = await openBuilt(greeting);
    stack.edit("dev/docker-compose.yml", (text) => text.replace("../web", "../none"));
    const error = failureOf(await stack.run(["up", "--json"]), 1, "build-failed");
    expect(error).toMatchObject({ service: "web", message: expect.stringContaining(stack.path("none")) });
  });
});
