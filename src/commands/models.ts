import type { ModelsReport } from "../app/models/list.ts";
import { formatMoney } from "../platform/format.ts";
import { renderTable } from "../platform/table.ts";
import { list, plural } from "../platform/text.ts";
import { command } from "./command.ts";
import { add } from "./models/add.ts";
import { check } from "./models/check.ts";
import { disable } from "./models/disable.ts";
import { enable } from "./models/enable.ts";
import { remove } from "./models/remove.ts";
import { test } from "./models/test.ts";

export const models = command<ModelsReport>({
  name: "models",
  summary: "which models there are, which of them work with the keys at hand, and what they cost",
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
  subcommands: [add, remove, enable, disable, check, test],
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
