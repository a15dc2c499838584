import { PassThrough } from "node:stream";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { describe, expect, onTestFinished, test } from "vitest";
import { openProject } from "../support/goat-project.ts";
import { createLitellmDatabase } from "../support/litellm-database.ts";

/** The protocol's own client at the other end of goat-dev's pipes: what its lines are like is the same in both directions. */
const connect = async (...args: readonly string[]) => {
  const project = await openProject();
  const [toServer, fromServer] = [new PassThrough(), new PassThrough()];
  let read = 0;
  const onOut = (text: string): void => {
    fromServer.write(text.slice(read));
    read = text.length;
  };
  const ended = project.goat(["mcp", ...args], { input: toServer, onOut });
  const client = new Client({ name: "test", version: "1" });
  await client.connect(new StdioServerTransport(fromServer, toServer));
  onTestFinished(async () => {
    toServer.end();
    expect(await ended).toMatchObject({ exitCode: 0, err: "" });
  });
  const call = async (name: string, given: Record<string, unknown> = {}) => {
    const { content, isError = false } = await client.callTool({ name, arguments: given });
    const [first] = content as readonly { readonly text: string }[];
    return { isError, report: JSON.parse(first?.text ?? "") };
  };
  return { ...project, client, call };
};

describe("the protocol's own client", () => {
  test("must be told of each tool whether it only looks, takes something away, or reaches beyond this machine", async () => {
    const { client } = await connect("--allow-changes");
    const { tools } = await client.listTools();
    const having = (hint: "readOnlyHint" | "destructiveHint" | "openWorldHint"): readonly string[] =>
      tools.flatMap(({ name, annotations }) => (annotations?.[hint] === true ? [name] : []));
    const looking = (await (await connect()).client.listTools()).tools.map(({ name }) => name);
    expect(having("readOnlyHint")).toEqual(looking);
    expect(having("destructiveHint")).toEqual(["down", "models_remove"]);
    expect(having("openWorldHint")).toEqual(["doctor", "up", "ask"]);
  });

  test("must be able to add a model, see it served, and take it out again", async () => {
    const { call, read, standIns } = await connect("--allow-changes");
    expect((await call("up")).report).toMatchObject({ ok: true });
    const models = [...standIns.answers.models];
    standIns.answers = { ...standIns.answers, models: [...models, "mine"] };
    const added = await call("models_add", { name: "mine", route: "groq/openai/gpt-oss-20b" });
    expect(added).toMatchObject({ isError: false, report: { ok: true, model: "mine", diff: expect.any(Array) } });
    expect(read("dev/litellm-config.yaml")).toContain("model_name: mine");
    standIns.answers = { ...standIns.answers, models };
    expect((await call("models_remove", { name: "mine" })).report).toMatchObject({ ok: true, model: "mine" });
    expect(read("dev/litellm-config.yaml")).not.toContain("mine");
    expect(await call("models_remove", { name: "llama-3.3-70" })).toMatchObject({
      isError: true,
      report: { message: expect.stringContaining("did you mean llama-3.3-70b?") },
    });
  });

  test("must be able to make a key with its limits, be told it once, and be refused one that is there", async () => {
    const { call, standIns } = await connect("--allow-changes");
    const database = createLitellmDatabase();
    standIns.answers = { ...standIns.answers, instead: database.answer };
    expect((await call("up")).report).toMatchObject({ ok: true });
    const limits = { alias: "ci", budget: "5/1d", models: ["gpt-5-mini"], expires: "7d" };
    expect(await call("keys_create", limits)).toMatchObject({
      isError: false,
      report: { secret: "sk-whole-1", key: { alias: "ci" } },
    });
    expect([...database.keys.values()]).toMatchObject([
      { key_alias: "ci", max_budget: 5, budget_duration: "1d", duration: "7d", models: ["gpt-5-mini"] },
    ]);
    const again = await call("keys_create", { alias: "ci" });
    expect(again).toMatchObject({ isError: true, report: { fixes: [{ command: "goat-dev keys rotate ci" }] } });
    expect(JSON.stringify(again)).not.toContain("sk-whole");
    expect(database.keys.size).toBe(1);
  });

  test("must be refused a key in the place of a variable's name, and what needs more than it gave", async () => {
    const { call, client } = await connect("--allow-changes");
    const refused = await call("models_add", { name: "mine", route: "groq/x", key: "gsk-0123456789abcdef01234567" });
    expect(refused.isError).toBe(true);
    await expect(client.callTool({ name: "models_add", arguments: {} })).resolves.toMatchObject({ isError: true });
  });

  test("must not be able to change anything where that is not allowed", async () => {
    const { call, engine, read } = await connect();
    const before = read("dev/litellm-config.yaml");
    for (const name of ["up", "models_add", "models_remove", "keys_create"]) {
      expect(await call(name, { name: "mine", route: "groq/x" })).toMatchObject({ isError: true });
    }
    expect(engine.applied).toEqual([]);
    expect(read("dev/litellm-config.yaml")).toBe(before);
  });
});
