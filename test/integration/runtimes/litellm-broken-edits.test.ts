import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bootReloading, type ReloadingLitellm, realRuntime } from "../../support/reloading-litellm.ts";

const limitMs = 180_000;
const installLimitMs = 600_000;

const route = (name: string, params = "model: openai/x, api_key: none, mock_response: Hello"): string =>
  `  - { model_name: ${name}, litellm_params: { ${params} } }\n`;
const settings = "general_settings: { master_key: os.environ/LITELLM_MASTER_KEY }\n";
const routes = (...entries: readonly string[]): string => `model_list:\n${entries.join("")}`;
const good = (name = "new"): string => `${routes(route(name))}${settings}`;

type Edit = string | Buffer | ((file: string) => void);

/** What is wrong, the whole config, and the line and column that are told, or words where there is no place. */
const edits: readonly (readonly [string, Edit, string])[] = [
  ["a list that is not closed", `model_list: [\n${settings}`, ":3:1: expected ',' or ']'"],
  ["a key further to the left", "model_list:\n  - model_name: x\n bad: [\n", ":3:2: expected <block end>"],
  ["a tab as indentation", `model_list:\n\t- model_name: x\n${settings}`, ":2:1: found character '\\t'"],
  ["two colons in a line", `${routes(route("x"))}general_settings: a: b\n`, ":3:20: mapping values are not allowed"],
  ["an unknown alias", `model_list: *routes\n${settings}`, ":1:13: found undefined alias"],
  ["an unknown escape", `${good()}litellm_settings: { x: "\\q" }\n`, ":4:26: found unknown escape"],
  ["no UTF-8", Buffer.concat([Buffer.from(`${good()}# é`), Buffer.from([0xff])]), ":4:4: this is not UTF-8"],
  ["a control character", `${good()}# \u0007\n`, ":4:3: the character U+0007 must not stand here"],
  ["an empty file", "", ":1:1: the config is empty"],
  ["a comment alone", "# nothing\n", ":1:1: the config is empty"],
  ["a list at the top", "- model_list\n", ":1:1: the config must be a map"],
  ["a text at the top", "hello\n", ":1:1: the config must be a map"],
  ["a number in place of the list", `model_list: 5\n${settings}`, ":1:13: model_list must be a list"],
  ["a text in place of a route", `model_list: [hello]\n${settings}`, ":1:14: a route must be a map"],
  ["a route without parameters", `model_list:\n  - model_name: x\n${settings}`, ":2:5: a route needs litellm_params"],
  ["a route without a name", `model_list:\n  - litellm_params: { model: a/b }\n`, ":2:5: a route needs a model_name"],
  [
    "a list of parameters",
    "model_list:\n  - { model_name: x, litellm_params: [a] }\n",
    ":2:38: litellm_params must be",
  ],
  [
    "a route without a model",
    `${routes(route("x", "api_key: none"))}${settings}`,
    ":2:38: litellm_params needs a model",
  ],
  [
    "settings that are a text",
    `${routes(route("x"))}general_settings: hello\n`,
    ":3:19: general_settings must be a map",
  ],
  ["an empty list", `model_list: []\n${settings}`, ":1:13: model_list is empty"],
  ["no list at all", settings, ":1:1: model_list is empty"],
  ["a key given twice", `${good()}model_list: []\n`, ":4:1: model_list stands here a second time"],
  ["a route's key given twice", routes(route("x", "model: a/b, model: a/c")), ":2:52: model stands here a second time"],
  [
    "a master key that is not set",
    `${routes(route("x"))}general_settings: { master_key: os.environ/NOT_THERE }\n`,
    ":3:33: master_key: NOT_THERE is not set, so everybody would be let in",
  ],
  ["an unknown callback", `${good()}litellm_settings: { callbacks: [no_such.handler] }\n`, ":4:33: ImportError: "],
  ["an unknown strategy", `${good()}router_settings: { routing_strategy: by-taste }\n`, ":4:38: ValueError: Invalid"],
  ["an included file that is missing", `${good()}include: [gone.yaml]\n`, ":4:11: FileNotFoundError: "],
  [
    "an included file that is broken",
    `${good()}include: [broken.yaml]\n`,
    "broken.yaml:3:1: expected the node content",
  ],
  ["includes that are no list", `${good()}include: gone.yaml\n`, ":4:10: include must be a list"],
  ["a file that is gone", (file) => rmSync(file), "config.yaml: No such file or directory"],
  [
    "a folder in its place",
    (file) => {
      rmSync(file);
      mkdirSync(file);
    },
    "config.yaml: Is a directory",
  ],
  [
    "another database's address",
    `${routes(route("x"))}general_settings: { master_key: sk-x, database_url: "mysql://x@127.0.0.1/y" }\n`,
    "DATABASE_URL uses unsupported scheme 'mysql'",
  ],
];

let home: string;
let gateway: ReloadingLitellm;

beforeAll(async () => {
  await realRuntime.install({ signal: AbortSignal.timeout(installLimitMs), progress: () => undefined });
  home = mkdtempSync(join(tmpdir(), "goat-dev-test-"));
  gateway = await bootReloading(good("one"), {}, home);
  await gateway.untilReady();
  writeFileSync(join(gateway.folder, "broken.yaml"), "model_list:\n  - {\n");
}, installLimitMs);

afterAll(async () => {
  await gateway?.[Symbol.asyncDispose]();
  rmSync(home, { recursive: true, force: true });
}, limitMs);

test.each(edits)(
  "%s must leave the configuration as it was, and be told with its place",
  { timeout: limitMs },
  async (...given) => {
    const [, edit, told] = given;
    const { pid } = await gateway.ask("status");
    rmSync(gateway.config, { recursive: true, force: true });
    writeFileSync(gateway.config, good());
    if (typeof edit === "function") edit(gateway.config);
    else writeFileSync(gateway.config, edit);
    const { ok, why } = await gateway.ask("reload");
    expect({ ok, why }).toEqual({ ok: false, why: expect.stringContaining(told) });
    expect(why).toContain(told.startsWith(":") ? `${gateway.config}${told}` : told);
    expect(gateway.log()).toContain("not reloaded, the former configuration goes on");
    expect(await gateway.models()).toEqual(["one"]);
    expect((await gateway.ask("status")).pid).toBe(pid);
  },
);

test("after all of them a right one must be taken over", { timeout: limitMs }, async () => {
  rmSync(gateway.config, { recursive: true, force: true });
  gateway.write(good());
  expect(await gateway.ask("reload")).toMatchObject({ ok: true });
  expect(await gateway.models()).toEqual(["new"]);
});
