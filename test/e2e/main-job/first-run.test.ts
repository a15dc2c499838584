import { mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, inject, test } from "vitest";
import type { Scenario } from "../../support/scenario.ts";
import { fakeKey } from "../../support/scenario-base.ts";
import { describeOnEngine, openScenario } from "../../support/scenario-hooks.ts";

const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);

/** What .env would say, for a project that has none yet. */
const shellOf = ({ ports }: Scenario): Readonly<Record<string, string>> => ({
  ...inject("e2e").images,
  POSTGRES_PORT: String(ports.postgres),
  LANGFUSE_PORT: String(ports.langfuse),
  LITELLM_PORT: String(ports.litellm),
});

describeOnEngine("the first run", () => {
  test("without a key and a terminal, up must exit 2 and name the variables and the file it made", async () => {
    const stack = await openScenario({ envFile: false });
    const up = await stack.run(["up"], { env: shellOf(stack) });
    expect(up).toMatchObject({ exitCode: 2, stdout: "" });
    expect(up.stderr).toContain("made .env (mode 0600)");
    for (const name of ["AZURE_API_KEY with AZURE_API_BASE", "GROQ_API_KEY", "OPENAI_API_KEY", "ANTHROPIC_API_KEY"]) {
      expect(up.stderr).toContain(name);
    }
    expect(modeOf(stack.path(".env"))).toBe("600");
    expect(stack.read(".env")).toBe(stack.read("dev/.env.example"));
    expect(await stack.containers()).toEqual([]);

    const again = await stack.run(["up", "--json"], { env: shellOf(stack) });
    expect(again).toMatchObject({ exitCode: 2, json: { ok: false, error: { code: "no-provider-key" } } });
  });

  test("on a terminal, up must ask for a key without showing it, keep it in .env and go on", async () => {
    const stack = await openScenario({ envFile: false });
    const key = fakeKey();
    const up = stack.start(["up", "postgres"], { tty: true, env: shellOf(stack) });
    await up.until(/Which one do you have/);
    await up.until(/Groq/);
    up.write("\u001b[B\r");
    await up.until(/GROQ_API_KEY/);
    up.write(`${key}\r`);
    const { exitCode, output } = await up.done;
    expect(exitCode, output).toBe(0);
    expect(output).not.toContain(key);
    expect(modeOf(stack.path(".env"))).toBe("600");
    const template = stack.read("dev/.env.example");
    expect(stack.read(".env")).toBe(template.replace(/^GROQ_API_KEY=$/m, `GROQ_API_KEY=${key}`));
    expect(await stack.container("postgres")).toMatchObject({ status: "running" });
  });

  test("in a folder of no project, up must run the stack that the package ships", async () => {
    const stack = await openScenario();
    const folder = join(stack.folder, "..", "elsewhere");
    mkdirSync(folder);
    const options = { cwd: folder, env: { ...shellOf(stack), GROQ_API_KEY: fakeKey() } };
    const up = await stack.run(["up", "postgres", "--project-name", stack.name], options);
    expect(up.exitCode, up.output).toBe(0);
    const { labels } = await stack.container("postgres");
    expect(labels["com.docker.compose.project.config_files"]).toBe(join(folder, ".goat-dev/stack/docker-compose.yml"));
    expect(modeOf(join(folder, ".goat-dev"))).toBe("700");
    const down = await stack.run(["down", "--project-name", stack.name], options);
    expect(down.exitCode, down.output).toBe(0);
    expect(await stack.containers()).toEqual([]);
  });
});
