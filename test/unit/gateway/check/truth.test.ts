import { describe, expect, test } from "vitest";
import { checkConfigFile, startObstacles } from "../../../../src/gateway/check/config-file.ts";
import type { Surroundings } from "../../../../src/gateway/check/finding.ts";

const around: Surroundings = {
  variables: {},
  passed: null,
  passedBy: "dev/docker-compose.yml",
  isThere: (path: string) => path === "there.yaml",
  inContainer: true,
  stateless: false,
};

const models = "model_list:\n  - model_name: a\n    litellm_params: { model: groq/a }\n";

const found = (text: string, more: Partial<Surroundings> = {}): readonly string[] =>
  checkConfigFile({ path: "a.yaml", text }, { ...around, ...more })
    .filter(({ level }) => level !== "note")
    .map(({ level, place, text: said }) => `${level} ${place} ${said}`);

describe("what keeps LiteLLM from starting", () => {
  test.each([
    [
      "router_settings: { routing_strategy: fastest }",
      /a.yaml:4:38 LiteLLM knows no routing_strategy fastest; there are simple-shuffle/,
    ],
    ["router_settings: { routing_strategy: leastbusy }", /did you mean least-busy/],
    ["litellm_settings: { max_budget: lots }", /a.yaml:4:33 max_budget is "lots"/],
    ["litellm_settings: { cache_params: { type: reddis } }", /cache_params.type reddis; did you mean redis/],
    ["include: [nowhere.yaml]", /a.yaml:4:11 nowhere.yaml, which it includes, is not there/],
  ])("must be told with its place: %s", (line, said) => {
    const [first, ...others] = startObstacles({ path: "a.yaml", text: `${models}${line}\n` }, around.isThere);
    expect(others).toEqual([]);
    expect(`${first?.place} ${first?.text}`).toMatch(said);
  });

  test.each([
    "router_settings: { routing_strategy: simple-shuffle }",
    "litellm_settings: { max_budget: 10, cache_params: { type: redis } }",
    'litellm_settings: { max_budget: "1e3" }',
    "litellm_settings: { max_budget: os.environ/BUDGET }",
    "include: [there.yaml]",
  ])("must not be found in %s", (line) => {
    expect(startObstacles({ path: "a.yaml", text: `${models}${line}\n` }, around.isThere)).toEqual([]);
  });

  test("a provider that is none must be told with the nearest, one of a newer LiteLLM be let through", () => {
    const of = (model: string) =>
      startObstacles({ path: "a.yaml", text: models.replace("groq/a", model) }, around.isThere);
    expect(of("groqq/a")[0]?.text).toBe("LiteLLM knows no provider groqq; did you mean groq?");
    expect(of("antropic/claude")[0]?.text).toContain("did you mean anthropic?");
    for (const fine of ["gpt-5-mini", "hosted_vllm/x", "bedrock/us.anthropic.x", "somethingquiteelse/x"])
      expect(of(fine)).toEqual([]);
  });
});

describe("what LiteLLM starts with and then does not do", () => {
  test.each([
    ["litellm_settings: { fallbacks: [{ a: [b] }] }", /^error a.yaml:4:39 b is no model of this config/],
    ["litellm_settings: { default_fallbacks: [b] }", /^error .* b is no model/],
    ["router_settings: { model_group_alias: { fast: b } }", /^error a.yaml:4:47 b is no model/],
    ["router_settings: { model_group_alias: { fast: { model: b, hidden: true } } }", /^error .* b is no model/],
    [
      "litellm_settings: { success_callback: [langfusee] }",
      /^warning .* LiteLLM knows no callback langfusee; did you mean langfuse/,
    ],
    [
      "environment_variables: { LITELLM_SALT_KEY: x }",
      /^warning a.yaml:4:26 LITELLM_SALT_KEY is read before this file is/,
    ],
  ])("must be told with its place: %s", (line, said) => {
    const told = found(`${models}${line}\n`);
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(said);
  });

  test.each([
    "litellm_settings: { fallbacks: [{ a: [fast] }] }\nrouter_settings: { model_group_alias: { fast: a } }",
    "litellm_settings: { success_callback: [langfuse], callbacks: [my_module.handler, prometheus] }",
    "credential_list: [{ credential_name: mine, credential_values: { api_key: os.environ/GROQ_API_KEY } }]",
  ])("must not be found in %s", (lines) => {
    expect(found(`${models}${lines}\n`)).toEqual([]);
  });

  test("a credential that is not defined must be told, one that is not", () => {
    const text = models.replace("model: groq/a", "model: groq/a, litellm_credential_name: mine");
    expect(found(text)[0]).toMatch(/^warning .* mine is no credential of credential_list/);
    expect(found(`${text}credential_list: [{ credential_name: mine }]\n`)).toEqual([]);
  });

  test("this machine's address must be told where the gateway runs in a container", () => {
    const text = models.replace("model: groq/a", "model: openai/x, api_base: http://localhost:11434/v1");
    expect(found(text)[0]).toMatch(/host.docker.internal/);
    expect(found(text, { inContainer: false })).toEqual([]);
  });

  test("an Azure base with a path must be told", () => {
    const base = "https://x.openai.azure.com/openai/deployments/y?api-version=1";
    expect(found(models.replace("groq/a", `azure/a, api_base: "${base}"`))[0]).toMatch(/api-version=/);
  });
});

describe("what routes say without values", () => {
  const notes = (model: string, more: Partial<Surroundings> = {}): readonly string[] =>
    checkConfigFile(
      { path: "a.yaml", text: models.replace("groq/a", model).replace("name: a", 'name: "b/*"') },
      {
        ...around,
        ...more,
      },
    ).map(({ level, text }) => `${level} ${text}`);

  test("a key that LiteLLM looks up by itself must be told where it is not set, or does not reach the gateway", () => {
    expect(notes('"openai/*"')).toContain("note OPENAI_API_KEY is not set in .env");
    expect(notes('"mistral/*"', { passed: [] })).toContain(
      "error MISTRAL_API_KEY does not reach this gateway: dev/docker-compose.yml does not pass it on",
    );
    for (const fine of ['"openai/*", api_key: none', '"openai/*", mock_response: hi', "bedrock/x"])
      expect(notes(fine, { passed: [] }).join()).not.toContain("_KEY");
  });

  test("of a name with `*` it must be told what up asks", () => {
    expect(notes('"openai/*"')).toContain("note b/* stands for many models: goat-dev up asks b/gpt-5-nano");
    expect(notes('"azure/*"')).toContain(
      "note b/* stands for many models: EVAL_MODEL names the one that goat-dev up asks",
    );
  });
});

test("a budget must be told as one that holds nobody back where the gateway has no database, and only there", () => {
  const budget = `${models}litellm_settings: { max_budget: 10 }\n`;
  expect(found(budget)).toEqual([
    "error a.yaml:4:21 max_budget holds nobody back without a database: the gateway has no DATABASE_URL",
  ]);
  const fine: readonly (readonly [string, Partial<Surroundings>])[] = [
    [budget, { variables: { DATABASE_URL: "postgresql://x" } }],
    [budget, { stateless: true }],
    [`${budget}general_settings: { database_url: "postgresql://x" }\n`, {}],
    [`${budget}general_settings: { database_url: os.environ/URL }\n`, { variables: { URL: "postgresql://x" } }],
  ];
  for (const [text, more] of fine) expect(found(text, more)).toEqual([]);
});
