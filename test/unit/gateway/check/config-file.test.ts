import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { compareConfigs } from "../../../../src/gateway/check/compare.ts";
import { checkConfigFile, masterKeyProblem } from "../../../../src/gateway/check/config-file.ts";
import { type Surroundings, tidy } from "../../../../src/gateway/check/finding.ts";
import { anyConfig } from "../../../support/arbitrary-config.ts";

const around: Surroundings = {
  variables: { GROQ_API_KEY: "gsk" },
  passed: ["GROQ_API_KEY", "OPENAI_API_KEY", "LITELLM_MASTER_KEY", "DATABASE_URL"],
  passedBy: "dev/docker-compose.yml",
  isThere: (path) => path === "there.yaml",
  inContainer: true,
  stateless: false,
};

const file = (text: string, path = "a.yaml") => ({ path, text });

const check = (text: string, more: Partial<Surroundings> = {}): readonly string[] =>
  checkConfigFile(file(text), { ...around, ...more }).map(
    ({ level, place, text: said }) => `${level} ${place} ${said}`,
  );

const entry = (params: string): string =>
  `model_list:\n  - model_name: m\n    litellm_params:\n      model: groq/m\n      ${params}\n`;

describe("a config", () => {
  test.each([
    [
      "a variable that nobody sets",
      entry("api_key: os.environ/OPENAI_API_KEY"),
      ["note a.yaml:5:16 OPENAI_API_KEY is not set in .env"],
    ],
    [
      "a variable that does not get through",
      entry("api_key: os.environ/OTHER_KEY"),
      ["error a.yaml:5:16 OTHER_KEY does not reach this gateway: dev/docker-compose.yml does not pass it on"],
    ],
    [
      "a variable written as in a shell",
      entry("api_key: ${GROQ_API_KEY}"),
      ["error a.yaml:5:16 LiteLLM takes this for the text itself: a variable is written os.environ/NAME"],
    ],
    ["a variable without a name", entry("api_key: os.environ/"), ['error a.yaml:5:16 "" is no name of a variable']],
    [
      "a secret",
      entry("api_key: 0123456789abcdef0123"),
      ["error a.yaml:5:16 a secret is written out here: put it into .env, and os.environ/NAME in its place"],
    ],
    [
      "a misspelt parameter",
      entry("api_bse: http://x"),
      [
        "warning a.yaml:5:7 api_bse: is no parameter of LiteLLM that goat-dev knows: it goes to the provider as it is; did you mean api_base?",
      ],
    ],
    [
      "a parameter that nobody knows",
      entry("zzz_custom: 1"),
      ["note a.yaml:5:7 zzz_custom: is no parameter of LiteLLM that goat-dev knows: it goes to the provider as it is"],
    ],
    ["what keeps a GPU asleep", entry("use_clientside_credentials: true"), []],
    [
      "a place to fill in",
      entry("api_base: https://<workspace>-x"),
      ["note a.yaml:5:17 <workspace> is to be filled in: goat-dev models enable NAME --workspace …"],
    ],
    ["nothing to say", entry("api_key: os.environ/GROQ_API_KEY"), []],
    [
      "an unknown key of an entry",
      `${entry("rpm: 3")}    modelinfo: {}\n`,
      ["warning a.yaml:6:5 modelinfo: an entry has no such key; did you mean model_info?"],
    ],
    [
      "an unknown key at the top",
      `${entry("rpm: 3")}zzz: {}\n`,
      ["warning a.yaml:6:1 zzz: LiteLLM reads no such key here"],
    ],
    [
      "a misspelt setting",
      `${entry("rpm: 3")}litellm_settings: { drop_param: true }\n`,
      ["warning a.yaml:6:21 drop_param: did you mean drop_params?"],
    ],
    ["no list", "litellm_settings: {}\n", []],
    [
      "a name twice",
      `${entry("rpm: 3")}  - { model_name: m, litellm_params: { model: groq/n } }\n`,
      ["note a.yaml:6:5 m stands here again: LiteLLM spreads calls over all entries of one name"],
    ],
    [
      "a mistake",
      "model_list:\n  - model_name: 3\n",
      [
        "error a.yaml:2:17 model_list[0].model_name must be text",
        "error a.yaml:2:5 model_list[0].litellm_params is missing",
      ],
    ],
  ])("with %s must be told with line and column", (_, text, findings) => {
    expect([...check(text)].sort()).toEqual([...findings].sort());
  });

  test("of the cloud must have no database", () => {
    const text = `${entry("rpm: 3")}general_settings: { database_url: os.environ/DATABASE_URL }\n`;
    expect(check(text)).toEqual([]);
    expect(check(text, { stateless: true })).toEqual(["error a.yaml:6:21 the cloud's gateway has no database"]);
  });

  test("of whatever shape must be told with places, never break the check", () => {
    const tree = fc.letrec<{ any: unknown }>((tie) => ({
      any: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom(null, true, 3, "text", "os.environ/X", "${X}", "<x>", "2024-06-01"),
        fc.array(tie("any"), { maxLength: 3 }),
        fc.dictionary(
          fc.constantFrom("model_list", "model_name", "litellm_params", "model", "api_base", "general_settings"),
          tie("any"),
          { maxKeys: 4 },
        ),
      ),
    })).any;
    fc.assert(
      fc.property(tree, fc.boolean(), (value, flow) => {
        const text = flow ? JSON.stringify(value) : stringify(value);
        for (const { place } of checkConfigFile(file(text), around)) expect(place).toMatch(/^a\.yaml:\d+:\d+$/);
      }),
    );
  });

  test("as people write them must be read without a mistake", () => {
    fc.assert(
      fc.property(anyConfig, ({ text }) => {
        expect(checkConfigFile(file(text), around).filter(({ level }) => level === "error")).toEqual([]);
      }),
    );
  });
});

describe("two configs", () => {
  const compare = (local: string, cloud: string): readonly string[] =>
    compareConfigs(file(local), file(cloud, "b.yaml")).map(({ level, place, text }) => `${level} ${place} ${text}`);

  test("that are the same but for addresses, the database and what is commented out must have nothing said of them", () => {
    const local = `${entry("api_base: http://here")}general_settings: { master_key: k, database_url: d }\n`;
    const cloud = `${entry("api_base: http://there")}general_settings: { master_key: k }\n`;
    expect(compare(local, cloud)).toEqual([]);
    expect(compare(local.replaceAll(/^ {2}/gm, "  # "), cloud)).toEqual([]);
  });

  test.each(["http://host.docker.internal:11434/v1", "http://127.0.0.1:8080/v1"])(
    "must not be asked to share the server at %s, which the cloud does not reach",
    (base) => {
      const local = entry(`api_base: ${base}`);
      expect(compare(local, "model_list: []\n")).toEqual([]);
      expect(compare("model_list: []\n", local)).toEqual(["warning b.yaml:2:5 m is not in a.yaml"]);
    },
  );

  test("that differ must be told by name and place", () => {
    expect(compare(entry("rpm: 3"), entry("rpm: 4"))).toEqual(["warning b.yaml:2:5 m is not as in a.yaml"]);
    expect(compare(entry("rpm: 3"), "model_list: []\n")).toEqual(["warning a.yaml:2:5 m is not in b.yaml"]);
    expect(compare("litellm_settings: { a: 1 }\n", "litellm_settings: { a: 2 }\n")).toEqual([
      "warning b.yaml:1:1 litellm_settings is not the same in a.yaml and b.yaml",
    ]);
  });
});

test("what is said of several places of a file must be said once, the worst first", () => {
  const note = (place: string) => ({ level: "note", place, text: "x" }) as const;
  expect(tidy([note("a:1:1"), note("b:1:1"), note("a:2:1"), { level: "error", place: "a:9:9", text: "y" }])).toEqual([
    { level: "error", place: "a:9:9", text: "y" },
    { level: "note", place: "a:1:1", text: "x (and 1 more)" },
    { level: "note", place: "b:1:1", text: "x" },
  ]);
});

test("a master key must begin with sk- and be none that everybody knows", () => {
  expect(masterKeyProblem("sk-dev-key")).toBeNull();
  for (const key of ["", "dev-key", "sk-1234"]) expect(masterKeyProblem(key)).toContain("LITELLM_MASTER_KEY");
});
