import { describe, expect, test } from "vitest";
import { type GoatProject, openProject } from "../support/goat-project.ts";

const bringUp = async (): Promise<GoatProject> => {
  const project = await openProject();
  expect((await project.goat(["up", "--no-example"])).exitCode).toBe(0);
  return project;
};

const refusing = async (refuse: GoatProject["standIns"]["answers"]["refuse"]): Promise<GoatProject> => {
  const project = await openProject();
  project.standIns.answers = { ...project.standIns.answers, ...(refuse === undefined ? {} : { refuse }) };
  expect((await project.goat(["up", "--no-example"])).exitCode).toBe(0);
  return project;
};

describe("ask", () => {
  test("must put the answer alone on stdout, tokens and cost on stderr", async () => {
    const project = await bringUp();
    const run = await project.goat(["ask", "Why", "is", "the", "sky", "blue?"]);
    expect(run).toMatchObject({ exitCode: 0, out: "Hello from the stand-in\n" });
    expect(run.err).toBe("note: llama-3.3-70b: 31 tokens, $0.00002, 0 ms\n");
    expect(await project.goat(["ask", "-q", "Why?"])).toMatchObject({ out: "Hello from the stand-in\n", err: "" });
  });

  test("must stream the same, and end the line", async () => {
    const project = await bringUp();
    const run = await project.goat(["ask", "--stream", "Why?"]);
    expect(run).toMatchObject({ exitCode: 0, out: "Hello from the stand-in\n" });
    expect(run.err).toBe("note: llama-3.3-70b: 31 tokens, $0.00002, 0 ms\n");
  });

  test("must stream its pieces as events to programs, and alone with --quiet", async () => {
    const project = await bringUp();
    const quiet = await project.goat(["ask", "--stream", "-q", "Why?"]);
    expect(quiet).toMatchObject({ out: "Hello from the stand-in\n", err: "" });
    const json = (await project.goat(["ask", "--stream", "--json", "Why?"])).json();
    expect(json).toMatchObject({ text: "Hello from the stand-in" });
    const events = (await project.goat(["ask", "--stream", "--json-stream", "Why?"])).out.trim().split("\n");
    const pieces = events.map((line) => JSON.parse(line)).filter(({ type }) => type === "output");
    expect(pieces.map(({ text }) => text).join("")).toBe("Hello from the stand-in\n");
  });

  test("must take what is piped in, alone or behind the question, and give JSON", async () => {
    const project = await bringUp();
    const run = await project.goat(["ask", "--json"], { input: "a question from a pipe\n" });
    expect(run.json()).toEqual({
      version: 1,
      model: "llama-3.3-70b",
      text: "Hello from the stand-in",
      promptTokens: 8,
      completionTokens: 23,
      totalTokens: 31,
      costUsd: 0.00002,
      callId: "call-1",
      finishReason: "stop",
      durationMs: 0,
    });
    expect((await project.goat(["ask", "and", "both"], { input: "text" })).exitCode).toBe(0);
    const nothing = await project.goat(["ask"], { input: "  \n" });
    expect(nothing).toMatchObject({ exitCode: 2, out: "" });
    expect(nothing.err).toContain("nothing to ask");
  });

  test("must say that nothing answers, and how to change that", async () => {
    const project = await openProject();
    const run = await project.goat(["ask", "Why?"]);
    expect(run).toMatchObject({ exitCode: 6, out: "" });
    expect(run.err).toMatchInlineSnapshot(`
      "nothing answers at http://127.0.0.1:14000/v1   [gateway-refused]

        seen       ECONNREFUSED
        fix        goat-dev up   brings it up
      "
    `);
  });

  test("must name the model that was meant", async () => {
    const message = "/chat/completions: Invalid model name passed in model=llama-3.3-7b. Call `/v1/models` …";
    const project = await refusing({ status: 400, type: "None", message });
    const run = await project.goat(["ask", "-m", "llama-3.3-7b", "Why?"]);
    expect(run.exitCode).toBe(6);
    expect(run.err).toContain("did you mean llama-3.3-70b?");
    expect(run.err).toContain('goat-dev ask "…" --model llama-3.3-70b');
  });

  test("must tell a spent budget from a provider that refuses", async () => {
    const spent = await refusing({ status: 429, type: "budget_exceeded", message: "Budget has been exceeded!" });
    const budget = await spent.goat(["ask", "--json", "Why?"]);
    expect(budget.exitCode).toBe(6);
    expect(budget.json()).toMatchObject({
      error: { code: "gateway-refused", message: "the gateway's budget is spent" },
    });
    const message = "litellm.AuthenticationError: AuthenticationError: GroqException - Invalid API Key";
    const refused = await refusing({ status: 401, type: "auth_error", message });
    const provider = await refused.goat(["ask", "--json", "Why?"]);
    expect(provider.json()).toMatchObject({
      error: { code: "provider-refused", evidence: ["401 Invalid API Key", "call call-1"] },
    });
  });

  test("must say which key is missing where no model can be used", async () => {
    const project = await openProject({ env: "" });
    expect((await project.goat(["ask", "Why?"])).err).toContain("no chat model of the LiteLLM config has its key");
  });
});

describe("example", () => {
  test("must answer, and count turns, tokens and cost", async () => {
    const project = await bringUp();
    const run = await project.goat(["example"]);
    expect(run).toMatchObject({ exitCode: 0, out: "Hello from the stand-in\n" });
    expect(run.err).toBe("note: 1 turn, llama-3.3-70b: 31 tokens, $0.00002, 0 ms\n");
    const json = await project.goat(["example", "--stream", "--no-tools", "--json"]);
    expect(json.json()).toMatchObject({ model: "llama-3.3-70b", text: "Hello from the stand-in", turns: 1, tools: [] });
  });

  test("must ask another gateway where one is named, with the key of the named variable, and read no project", async () => {
    const project = await bringUp();
    project.write("dev/docker-compose.yml", "no Compose file");
    project.write("other.env", "MY_KEY=sk-dev-key\n");
    const url = `http://127.0.0.1:${project.ports.litellm}/v1`;
    const args = ["example", "--base-url", url, "--api-key-env", "MY_KEY", "--model", "gpt-5-mini"];
    expect((await project.goat([...args, "--env", "other.env"])).exitCode).toBe(0);
    const unset = await project.goat(args);
    expect(unset.exitCode).toBe(2);
    expect(unset.err).toContain("MY_KEY, which --api-key-env names, is not set");
  });

  test("must choose the provider's first model, or say what it lacks", async () => {
    const project = await bringUp();
    expect((await project.goat(["example", "--provider", "groq"])).exitCode).toBe(0);
    const keyless = await project.goat(["example", "--provider", "openai"]);
    expect(keyless.exitCode).toBe(2);
    expect(keyless.err).toContain("no model of openai can be asked: OPENAI_API_KEY is not set");
    expect((await project.goat(["example", "--provider", "azure"])).err).toContain("has no chat model of azure");
    expect((await project.goat(["example", "--provider", "aws"])).exitCode).toBe(2);
  });

  test.each([
    ["--max-turns", "0"],
    ["--max-turns", "many"],
    ["--base-url", "localhost:4000"],
  ])("must refuse %s %s before any call", async (...flag) => {
    const project = await openProject();
    expect(await project.goat(["example", ...flag])).toMatchObject({ exitCode: 2, out: "" });
  });
});
