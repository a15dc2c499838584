import { describe, expect, test } from "vitest";
import { openProject, secretKey } from "../support/goat-project.ts";

interface Answer {
  readonly isError?: boolean;
  readonly content: readonly { readonly text: string }[];
}

const begin = [
  {
    id: 0,
    method: "initialize",
    params: { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "test", version: "1" } },
  },
  { method: "notifications/initialized" },
];

/** What an agent asks, one after the other, and what it gets for each. */
const open = async (options: Parameters<typeof openProject>[0] = {}) => {
  const project = await openProject(options);
  const talk = async (args: readonly string[], requests: readonly object[]): Promise<readonly object[]> => {
    const messages = [...begin, ...requests.map((request, index) => ({ id: index + 1, ...request }))];
    const input = messages.map((message) => `${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`).join("");
    const { exitCode, out, err } = await project.goat(["mcp", ...args], { input });
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: "" });
    const answers = new Map(
      out
        .trimEnd()
        .split("\n")
        .map((line) => [JSON.parse(line).id, JSON.parse(line).result]),
    );
    return requests.map((_, index) => answers.get(index + 1));
  };
  const call = async (name: string, given: object = {}, ...args: readonly string[]) => {
    const [answer] = await talk(args, [{ method: "tools/call", params: { name, arguments: given } }]);
    const { isError = false, content } = answer as Answer;
    return { isError, report: JSON.parse(content[0]?.text ?? ""), notes: content.slice(1).map(({ text }) => text) };
  };
  return { ...project, talk, call };
};

const changing = ["up", "restart", "down", "ask", "models_add", "models_remove", "keys_create", "snapshot"];

const namesOf = (answer: object | undefined): readonly string[] =>
  (answer as { tools: { name: string }[] }).tools.map(({ name }) => name);

describe("an agent", () => {
  test("must be offered what only looks, and what changes something where that is allowed", async () => {
    const { talk } = await open();
    const [looking] = await talk([], [{ method: "tools/list" }]);
    const [all] = await talk(["--allow-changes"], [{ method: "tools/list" }]);
    expect(namesOf(looking)).toEqual(expect.arrayContaining(["status", "plan", "doctor", "logs", "traces"]));
    expect(namesOf(all)).toEqual([...namesOf(looking), ...changing]);
    const marks = (all as { tools: { name: string; annotations: { readOnlyHint: boolean } }[] }).tools.filter(
      ({ name, annotations }) => annotations.readOnlyHint !== namesOf(looking).includes(name),
    );
    expect(marks).toEqual([]);
  });

  test("must get every report that only looks, of a stack that runs, and leave it as it was", async () => {
    const { goat, talk, engine } = await open({ services: { postgres: { log: ["hello"] } } });
    await goat(["up"]);
    const applied = engine.applied.length;
    const [listed] = await talk([], [{ method: "tools/list" }]);
    const given: Readonly<Record<string, object>> = { explain: { codes: ["port-taken"] }, trace: { id: "last" } };
    const calls = namesOf(listed).map((name) => ({
      method: "tools/call",
      params: { name, arguments: given[name] ?? {} },
    }));
    const answers = (await talk([], calls)) as readonly Answer[];
    const failed = answers.filter(({ isError }) => isError === true).map(({ content }) => content[0]?.text);
    expect(failed).toEqual([]);
    expect(JSON.stringify(answers)).toContain("hello");
    expect(engine.applied).toHaveLength(applied);
  });

  test("must be told what to type where it may not, and where there is no such thing", async () => {
    const { call, engine } = await open();
    expect(await call("up")).toMatchObject({
      isError: true,
      report: { code: "usage", fixes: [{ command: "goat-dev mcp --allow-changes" }] },
    });
    expect((await call("statsu")).report.message).toBe("there is no tool statsu; did you mean status?");
    expect((await call("status", { verbose: true })).report.message).toBe("there is no argument verbose");
    expect((await call("logs", { tail: "all" })).report.message).toBe("tail is not a whole number from 1 to 2000");
    expect(engine.applied).toEqual([]);
  });

  test("must be able to bring the stack up and down where it is allowed, and never delete data", async () => {
    const { call, engine } = await open();
    const up = await call("up", {}, "--allow-changes");
    expect(up.report).toMatchObject({ ok: true, stack: "goat" });
    const down = await call("down", {}, "--allow-changes");
    expect(down.report).toMatchObject({ ok: true, kept: ["goat_postgres-data"] });
    expect(engine.applied.map(({ type }) => type)).not.toContain("remove-volume");
  });

  test("must never see a secret of .env, whatever said it", async () => {
    const { goat, talk } = await open({ services: { postgres: { log: [`the key is ${secretKey}`] } } });
    await goat(["up"]);
    const ask = (name: string) => ({ method: "tools/call", params: { name } });
    const answers = JSON.stringify(await talk([], [ask("logs"), ask("config"), ask("status")]));
    expect(answers).toContain("the key is");
    expect(answers).not.toContain(secretKey);
  });
});
