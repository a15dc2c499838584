import { execFile, execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, expect, test } from "vitest";
import { startHttp } from "../../support/fake-server.ts";
import { tempFolder } from "../../support/temp.ts";

const root = join(import.meta.dirname, "../../..");
const tsc = join(root, "node_modules", "typescript", "bin", "tsc");

const run = (command: string, args: readonly string[], cwd: string): string =>
  execFileSync(command, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });

let tarball = "";

beforeAll(() => {
  const folder = mkdtempSync(join(tmpdir(), "goat-dev-test-"));
  mkdirSync(join(folder, "package"));
  const built = join(folder, "package");
  for (const name of ["package.json", "bin"]) cpSync(join(root, name), join(built, name), { recursive: true });
  run(process.execPath, [join(root, "scripts", "build.mjs"), "--out", built, "--types"], root);
  const [name = ""] = run("npm", ["pack", "--ignore-scripts", "--silent", "--pack-destination", folder], built).split(
    "\n",
  );
  tarball = join(folder, name);
  return () => rmSync(folder, { recursive: true, force: true });
}, 300_000);

/** What an application does with the library, as it would be written; compiled under its own openai package's types. */
const application = `
import OpenAI from "openai";
import {
  type ChatAnswer, costOf, createClient, explain, fetchPricing, GatewayError, type GatewayErrorKind, gatewayConfig,
} from "goat-dev/client";

const { baseURL, apiKey } = gatewayConfig(process.env);
const gateway = createClient({ baseURL, apiKey }, { maxRetries: 0, timeoutMs: 60_000 });
const openai: OpenAI = gateway.openai;
const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: "user", content: "Why?" }];
const answer: ChatAnswer = await gateway.chat({ model: "good", messages, extraBody: { thinking: { type: "enabled" } } });
let streamed = "";
for await (const event of gateway.stream({ model: "good", messages })) {
  if (event.type === "text") streamed += event.text;
  else streamed += "|" + event.answer.text;
}
// @ts-expect-error a request needs its messages
const wrong: Parameters<typeof gateway.chat>[0] = { model: "good" };
const failure: unknown = await gateway.chat({ model: "bad", messages }).catch((error: unknown) => error);
const own: unknown = await openai.chat.completions.create({ model: "bad", messages }).catch((error: unknown) => error);
const kind: GatewayErrorKind | null = failure instanceof GatewayError ? failure.kind : null;
const { models } = await fetchPricing(gateway);
console.log(JSON.stringify({
  names: await gateway.models(),
  text: answer.text,
  streamed,
  cost: costOf({ prompt_tokens: 10, completion_tokens: 1 }, models.get("good")),
  kind,
  isTheirs: openai instanceof OpenAI,
  causeIsTheirs: failure instanceof GatewayError && failure.cause instanceof OpenAI.APIError,
  ownIsTheirs: own instanceof OpenAI.APIError,
  explained: explain(own) instanceof GatewayError,
  unused: wrong.model,
}));
`;

/** What a program does with the types of `--json`; never run. */
const reader = `
import type { Documents, ErrorCode, Failure, StatusReport } from "goat-dev/json";

declare const printed: Documents["status"] | Failure;
if ("error" in printed) {
  const code: ErrorCode = printed.error.code;
  const [fix] = printed.error.fixes;
  const typed: string | undefined = fix?.command;
  // @ts-expect-error a failure has no services
  printed.services;
  console.log(code === "port-taken", typed);
} else {
  const version: 1 = printed.version;
  const report: StatusReport = printed;
  for (const { name, state, memoryBytes } of report.services) console.log(version, name, state, memoryBytes?.toFixed());
  // @ts-expect-error what was printed is not to be changed
  printed.stack = "other";
}
declare const up: Documents["up"];
const changed: readonly string[] = "changed" in up ? up.changed : "steps" in up ? up.steps.map(({ cause }) => cause) : [];
// @ts-expect-error there is no such command
declare const none: Documents["fly"];
const line: Documents["logs"] = { service: "litellm", at: null, stream: "stdout", line: "hello" };
console.log(changed, none, line.line);
`;

const json = "application/json";
const chunk = { choices: [{ index: 0, delta: { content: "Hello" } }] };

/** LiteLLM, as far as the application asks it. */
const startGateway = () =>
  startHttp(async (request, response) => {
    let body = "";
    for await (const piece of request.setEncoding("utf8")) body += piece;
    const send = (status: number, value: unknown): void =>
      void response.writeHead(status, { "content-type": json }).end(JSON.stringify(value));
    if (request.url === "/v1/models") return send(200, { data: [{ id: "good" }] });
    if (request.url === "/v1/model/info") {
      return send(200, {
        data: [{ model_name: "good", model_info: { input_cost_per_token: 1, output_cost_per_token: 2 } }],
      });
    }
    const { model, stream } = JSON.parse(body);
    if (model === "bad")
      return send(429, { error: { type: "budget_exceeded", message: "Budget has been exceeded!", code: "429" } });
    if (stream !== true) return send(200, { choices: [{ message: { role: "assistant", content: "Hello" } }] });
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.end(`data: ${JSON.stringify(chunk)}\n\ndata: [DONE]\n\n`);
  });

test("the package must hold one file of types for each of its libraries, and none but those", () => {
  const inside = run("tar", ["--list", "--file", tarball], root).split("\n");
  const types = inside.filter((path) => path.endsWith(".d.ts"));
  expect(types.toSorted()).toEqual(["package/dist/client/client.d.ts", "package/dist/json.d.ts"]);
});

test.each(["openai-least", "openai"])(
  "an application must get errors and clients of its own openai package, typed: %s",
  async (openai) => {
    const app = tempFolder();
    const dependencies = { "goat-dev": `file:${tarball}`, openai: `file:${join(root, "node_modules", openai)}` };
    writeFileSync(join(app, "package.json"), JSON.stringify({ type: "module", dependencies }));
    run("npm", ["install", "--offline", "--no-audit", "--no-fund", "--silent"], app);
    writeFileSync(join(app, "main.ts"), application);
    writeFileSync(join(app, "reader.ts"), reader);
    const types = ["--typeRoots", join(root, "node_modules", "@types"), "--types", "node"];
    const options = ["--strict", "--module", "nodenext", "--target", "es2023", "--skipLibCheck", ...types];
    expect(run(process.execPath, [tsc, ...options, "main.ts", "reader.ts"], app)).toBe("");
    await using gateway = await startGateway();
    const env = { OPENAI_BASE_URL: `${gateway.baseUrl}/v1`, OPENAI_API_KEY: "sk-test" };
    const { stdout } = await promisify(execFile)(process.execPath, ["main.js"], { cwd: app, env });
    expect(JSON.parse(stdout)).toEqual({
      names: ["good"],
      text: "Hello",
      streamed: "Hello|Hello",
      cost: 12,
      kind: "budget-exceeded",
      isTheirs: true,
      causeIsTheirs: true,
      ownIsTheirs: true,
      explained: true,
      unused: "good",
    });
  },
  120_000,
);
