import { cpSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, inject, onTestFinished, test } from "vitest";
import { parse, stringify } from "yaml";
import { docker } from "../../support/docker.ts";
import type { Scenario } from "../../support/scenario.ts";
import { describeOnEngine, openScenario } from "../../support/scenario-hooks.ts";

/** Answers what goat-dev asks a gateway. */
const server = `
const message = { role: "assistant", content: "a light answer" };
const answer = { id: "c", object: "chat.completion", created: 1, model: "m", choices: [{ index: 0, message, finish_reason: "stop" }] };
require("http").createServer((request, response) => {
  const body = request.url === "/v1/models" ? { data: [{ id: "light" }] } : request.url === "/v1/model/info" ? { data: [] } : answer;
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
}).listen(4000);`;

const config = `model_list:
  - model_name: light
    litellm_params: { model: groq/light, api_key: os.environ/GROQ_API_KEY }
`;

/** A light server in LiteLLM's place: what is held here is whose the containers, ports and rows are. */
const takeLightGateway = (stack: Scenario): void => {
  stack.write("dev/litellm-config.yaml", config);
  stack.edit("dev/docker-compose.yml", (text) => {
    const file = parse(text);
    const { healthcheck: _, ...litellm } = file.services.litellm;
    const image = inject("e2e").images["LANGFUSE_IMAGE"];
    const entrypoint = ["dumb-init", "node", "-e", server, "--"];
    const volumes = ["./litellm-config.yaml:/app/dev/litellm-config.yaml:ro"];
    file.services.litellm = { ...litellm, "x-goat": { role: "gateway" }, image, entrypoint, volumes };
    return stringify(file);
  });
};

describeOnEngine("two worktrees of a repository", () => {
  test("must be up at once, each with its own gateway and data, and outlive the other's end", async () => {
    const stack = await openScenario();
    takeLightGateway(stack);
    const names = [`${stack.name}-one`, `${stack.name}-two`];
    const folders = names.map((name) => join(dirname(stack.folder), name));
    for (const folder of folders) cpSync(stack.folder, folder, { recursive: true });
    const run = (index: number, ...args: readonly string[]) => stack.run(args, { cwd: folders[index] ?? "" });
    const mustRun = async (index: number, ...args: readonly string[]) => {
      const result = await run(index, ...args);
      expect(result.exitCode, result.output).toBe(0);
      return result;
    };
    onTestFinished(async () => {
      for (const index of [0, 1]) await run(index, "down", "--volumes", "--no-dump", "--yes");
    });
    const sql = async (index: number, statement: string): Promise<string> => {
      const options = ["--username", "postgres", "--dbname", "litellm", "-tAc", statement];
      return (await docker("exec", `goat-${names[index]}-postgres-1`, "psql", ...options)).trim();
    };
    const running = async (index: number): Promise<string> =>
      docker("ps", "--quiet", "--no-trunc", "--filter", `label=com.docker.compose.project=goat-${names[index]}`);

    const ups = await Promise.all([0, 1].map((index) => run(index, "up", "--no-example", "--instance", "auto")));
    expect(
      ups.map(({ exitCode }) => exitCode),
      ups.map(({ output }) => output).join("\n"),
    ).toEqual([0, 0]);
    const urls = await Promise.all([0, 1].map(async (index) => (await mustRun(index, "env")).stdout));
    const ports = urls.map((text) => /127\.0\.0\.1:(\d+)|localhost:(\d+)/.exec(text)?.slice(1).find(Boolean));
    expect(new Set([...ports, String(stack.ports.litellm)]).size).toBe(3);
    for (const index of [0, 1]) {
      expect((await mustRun(index, "ask", "Who?")).stdout.trim()).not.toBe("");
      await sql(index, `create table kept as select ${index + 1} as owner`);
    }
    const { stacks } = JSON.parse((await mustRun(0, "ls", "--json")).stdout);
    for (const [index, name] of names.entries()) {
      expect(stacks).toContainEqual(
        expect.objectContaining({ name: `goat-${name}`, folder: folders[index], gone: false, running: 3 }),
      );
    }
    const second = await running(1);
    await mustRun(0, "restart", "litellm");
    await mustRun(0, "down");
    await mustRun(0, "up", "postgres");
    expect(await sql(0, "select owner from kept")).toBe("1");
    await mustRun(0, "down", "--volumes", "--no-dump", "--yes");
    expect(await running(1)).toBe(second);
    expect(await sql(1, "select owner from kept")).toBe("2");
    await mustRun(1, "ask", "Who?");
  }, 300_000);
});
