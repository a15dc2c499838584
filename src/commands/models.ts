import type { ModelsChangeReport } from "../app/models/change.ts";
import type { ModelsCheckReport } from "../app/models/check.ts";
import type { DiscoverReport } from "../app/models/discover.ts";
import type { ModelsReport } from "../app/models/list.ts";
import type { EnableReport } from "../app/models/switch.ts";
import type { ModelsTestReport, TestedModel } from "../app/models/test.ts";
import { exitCodeOf } from "../errors/catalog.ts";
import { formatDuration, formatMoney } from "../platform/format.ts";
import { renderTable } from "../platform/table.ts";
import { list, plural } from "../platform/text.ts";
import { command } from "./command.ts";

const add = command<ModelsChangeReport>({
  name: "add",
  summary: "put a model into both configs, pass its key on, and take it into use; shows the diff, and asks",
  arguments: "[name]",
  options: [
    { flags: "--route <provider/model>", description: "where it goes, such as anthropic/claude-sonnet-4-5" },
    { flags: "--key <variable>", description: "the variable of .env that holds its key" },
    { flags: "--api-base <url>", description: "a server of its own; it speaks OpenAI's protocol" },
    { flags: "--api-version <date>", description: "Azure's (2024-06-01)" },
    { flags: "--base-model <name>", description: "whose price LiteLLM counts with" },
    {
      flags: "--mode <mode>",
      description: "chat or embedding, where the name does not say it",
      choices: ["chat", "embedding"],
    },
    { flags: "--vllm", description: "a vLLM server, at --url" },
    { flags: "--url <url>", description: "the vLLM server's address" },
    { flags: "-y, --yes", description: "do not ask" },
  ],
  examples: [
    ["goat-dev models add claude-sonnet-4-5 --route anthropic/claude-sonnet-4-5", "its key is ANTHROPIC_API_KEY"],
    ["goat-dev models add my-gpt --route azure/my-deployment --base-model azure/gpt-4o-mini", "a deployment of yours"],
    ["goat-dev models add qwen3-8b-local --vllm --url http://10.0.0.5:8000/v1", "vLLM tells which model it serves"],
  ],
  call: async (typed, app) => {
    const { add } = await import("../app/models/add.ts");
    const input = {
      names: typed.args,
      route: typed.text("route"),
      key: typed.text("key"),
      apiBase: typed.text("apiBase"),
      apiVersion: typed.text("apiVersion"),
      baseModel: typed.text("baseModel"),
      mode: typed.text("mode"),
      vllm: typed.flag("vllm"),
      url: typed.text("url"),
      yes: typed.flag("yes"),
    };
    return add(input, app);
  },
  text: (report) => changeText(report, `${report.model} added to`, report.model),
});

const remove = command<ModelsChangeReport>({
  name: "remove",
  summary: "take a model out of both configs",
  arguments: "<model>",
  options: [{ flags: "-y, --yes", description: "do not ask" }],
  examples: [["goat-dev models remove claude-sonnet-4-5", "shows what goes, and asks"]],
  call: async (typed, app) => {
    const { removeModels } = await import("../app/models/remove.ts");
    return removeModels({ name: typed.args[0] ?? "", yes: typed.flag("yes") }, app);
  },
  text: (report) => changeText(report, `${report.model} removed from`),
});

const enable = command<EnableReport>({
  name: "enable",
  summary: "put a commented-out entry into use, or point a vLLM entry at another server",
  arguments: "<entry>",
  options: [
    { flags: "--workspace <name>", description: "your Modal workspace: fills in where the model is served" },
    { flags: "--environment <suffix>", description: "the Modal environment's suffix (goat)" },
    { flags: "--url <url>", description: "any other server's address" },
    { flags: "-y, --yes", description: "do not ask" },
  ],
  examples: [["goat-dev models enable qwen3-4b-local --workspace my-workspace", "served by Modal"]],
  call: async (typed, app) => {
    const { enable } = await import("../app/models/switch.ts");
    const [workspace, environment, url] = [typed.text("workspace"), typed.text("environment"), typed.text("url")];
    return enable({ name: typed.args[0] ?? "", workspace, environment, url, yes: typed.flag("yes") }, app);
  },
  text: (report) => {
    const { model, moved } = report;
    return changeText(report, moved ? `${model} moved in` : `${model} taken into use in`, model);
  },
});

const disable = command<ModelsChangeReport>({
  name: "disable",
  summary: "comment an entry out of this machine's config",
  arguments: "<model>",
  options: [{ flags: "-y, --yes", description: "do not ask" }],
  examples: [["goat-dev models disable qwen3-4b-local", "goat-dev models enable brings it back"]],
  call: async (typed, app) => {
    const { disable } = await import("../app/models/switch.ts");
    return disable({ name: typed.args[0] ?? "", yes: typed.flag("yes") }, app);
  },
  text: (report) => changeText(report, `${report.model} commented out in`),
});

const discover = command<DiscoverReport | ModelsChangeReport>({
  name: "discover",
  summary: "what Ollama, LM Studio, vLLM, llama.cpp and Docker Model Runner serve on this machine; adds one on request",
  options: [
    { flags: "--add <name>", description: "put this one into the config; shows the diff, and asks" },
    {
      flags: "--url <url>",
      description: "ask this server, in place of the usual ones (again for more)",
      repeats: true,
    },
    { flags: "-y, --yes", description: "do not ask" },
  ],
  examples: [
    ["goat-dev models discover", "asks the usual ports, all at once"],
    ["goat-dev models discover --add qwen3:8b", "a route that the gateway reaches, also from its container"],
  ],
  call: async (typed, app) => {
    const { discover } = await import("../app/models/discover.ts");
    return discover({ urls: typed.texts("url"), add: typed.text("add"), yes: typed.flag("yes") }, app);
  },
  text: (report) =>
    "asked" in report ? discoveredText(report) : changeText(report, `${report.model} added to`, report.model),
});

const check = command<ModelsCheckReport>({
  name: "check",
  summary: "read both configs without asking anybody: shape, keys, unknown names, and what differs",
  options: [],
  examples: [["goat-dev models check", "every finding with line and column"]],
  call: async (_typed, app) => (await import("../app/models/check.ts")).check({}, app),
  text: checkText,
  exitCode: ({ ok }) => (ok ? 0 : exitCodeOf("gateway-config-invalid")),
});

const test = command<ModelsTestReport>({
  name: "test",
  summary:
    "ask every usable model the smallest question there is (exit 6 where one fails); says what that costs, and asks first",
  arguments: "[model...]",
  options: [
    {
      flags: "--timeout <duration>",
      description: "for one answer; 30s where left out, more where a GPU has to start",
    },
    { flags: "-y, --yes", description: "do not ask" },
  ],
  examples: [
    ["goat-dev models test llama-3.3-70b", "one model"],
    ["goat-dev models test --yes --json", "all, for programs"],
  ],
  call: async (typed, app) => {
    const { test } = await import("../app/models/test.ts");
    return test({ names: typed.args, timeout: typed.text("timeout"), yes: typed.flag("yes") }, app);
  },
  text: testText,
  exitCode: ({ ok }) => (ok ? 0 : exitCodeOf("provider-refused")),
});

export const models = command<ModelsReport>({
  name: "models",
  summary:
    "every model: provider, key, whether it is served, price, and why it cannot be asked; also with the stack down",
  options: [
    { flags: "--usable", description: "only what can be asked now" },
    { flags: "--provider <name>", description: "only azure, groq, openai, anthropic, vllm …" },
    { flags: "--local", description: "only models on GPUs of your own" },
  ],
  examples: [
    ["goat-dev models --usable", "what a program can ask for"],
    ["goat-dev models --json", "for programs"],
  ],
  call: async (typed, app) => {
    const { models } = await import("../app/models/list.ts");
    const [provider, usable, local] = [typed.text("provider"), typed.flag("usable"), typed.flag("local")];
    return models({ provider, usable, local }, app);
  },
  text: modelsText,
  subcommands: [add, discover, remove, enable, disable, check, test],
});

const headings = ["NAME", "PROVIDER", "UPSTREAM", "KEY", "SERVED", "CONTEXT", "$/M IN", "$/M OUT", ""];

function modelsText(report: ModelsReport): string {
  return [table(report), ...remarks(report)].join("\n");
}

function table({ models, gateway }: ModelsReport): string {
  if (models.length === 0) return "No model.";
  const cells = models.map((row) => [
    row.name,
    row.provider,
    row.upstream,
    row.keyPresent === null ? "-" : row.keyPresent ? "set" : "not set",
    gateway.answers ? (row.served === true ? "yes" : "no") : "?",
    row.contextTokens === null ? "?" : String(row.contextTokens),
    money(row.inputPerMillionUsd),
    money(row.outputPerMillionUsd),
    row.obstacle ?? "usable",
  ]);
  return renderTable(headings, cells);
}

function discoveredText({ asked, models, remarks }: DiscoverReport): string {
  if (models.length === 0) {
    return `No model at ${list(asked, "or")}. Elsewhere: goat-dev models discover --url http://127.0.0.1:PORT/v1`;
  }
  const rows = models.map(({ name, product, url, mode, routed }) => [
    name,
    product,
    url,
    mode,
    routed ? "in the config" : `goat-dev models discover --add ${name}`,
  ]);
  const table = renderTable(["NAME", "SERVER", "ADDRESS", "MODE", ""], rows);
  return [table, ...(remarks.length === 0 ? [] : ["", ...remarks])].join("\n");
}

function cells(tested: TestedModel): readonly string[] {
  const { model, durationMs } = tested;
  if (!tested.ok) {
    const { message, evidence } = tested.error;
    return [model, formatDuration(durationMs), "", "", [message, ...evidence.slice(0, 1)].join(": ")];
  }
  const tokens = tested.totalTokens === null ? "?" : String(tested.totalTokens);
  const cost = tested.costUsd === null ? "?" : formatMoney(tested.costUsd);
  return [model, formatDuration(durationMs), tokens, cost, "answered"];
}

function money(dollars: number | null): string {
  return dollars === null ? "?" : formatMoney(dollars);
}

function remarks({ config, demo, gateway, unexpected }: ModelsReport): readonly string[] {
  const lines: string[] = [];
  if (demo) lines.push("This is a demo: every model answers from the config, without a provider.");
  if (gateway.why !== undefined) {
    lines.push(`From ${config} alone: ${gateway.why}. Prices and contexts are the gateway's to tell.`);
  }
  if (unexpected.length > 0) {
    lines.push(`Served, but not in ${config}: ${list(unexpected)} (${plural(unexpected.length, "model")}).`);
  }
  return lines.length === 0 ? [] : ["", ...lines];
}

function checkText({ files, findings }: ModelsCheckReport): string {
  const count = (level: string): number => findings.filter((finding) => finding.level === level).length;
  const summary = [
    count("error") === 0 ? `No mistake in ${list(files)}` : plural(count("error"), "mistake"),
    ...(count("warning") === 0 ? [] : [plural(count("warning"), "warning")]),
    ...(count("note") === 0 ? [] : [plural(count("note"), "note")]),
  ];
  const rows = findings.map(({ level, place, text }) => [level, place, text]);
  const table = rows.length === 0 ? [] : [renderTable(["", "WHERE", "WHAT"], rows), ""];
  return [...table, `${summary.join("; ")}.`].join("\n");
}

function testText({ models }: ModelsTestReport): string {
  const answered = `${models.filter(({ ok }) => ok).length} of ${plural(models.length, "model")} answered`;
  return `${renderTable(["MODEL", "TIME", "TOKENS", "COST", ""], models.map(cells))}\n\n${answered}${spent(models)}.`;
}

/** What the calls cost together; empty where a price is unknown, since the sum would be too low. */
function spent(models: readonly TestedModel[]): string {
  const costs = models.map((tested) => (tested.ok ? tested.costUsd : 0));
  const known = costs.filter((cost) => cost !== null);
  return known.length < costs.length ? "" : `, for ${formatMoney(known.reduce((sum, cost) => sum + cost, 0))}`;
}

/** `what` says what was changed, and goes before the files' names; `served` is what the gateway serves now. */
function changeText(
  { files, gateway, remarks }: ModelsChangeReport,
  what: string,
  served = plural(gateway.models.length, "model"),
): string {
  const { service, running } = gateway;
  const state = running ? `${service} serves ${served}.` : `${service} is not running: goat-dev up takes it into use.`;
  return [
    `${what} ${files.length === 0 ? "no file" : list(files)}.`,
    ...(running === null ? [] : [state]),
    ...remarks,
  ].join("\n");
}
