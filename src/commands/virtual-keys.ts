import type { MadeKeyReport, VirtualKeyReport, VirtualKeysReport } from "../app/virtual-keys.ts";
import type { VirtualKey } from "../gateway/virtual-keys.ts";
import { formatMoney } from "../platform/format.ts";
import { tame } from "../platform/style.ts";
import { renderPairs, renderTable } from "../platform/table.ts";
import { list as listed } from "../platform/text.ts";
import { command, type Typed } from "./command.ts";

const yes = { flags: "-y, --yes", description: "do not ask" };

/** The subcommands of `keys` for the gateway's own keys, which programs and people use, not for providers' keys. */
export const virtualKeyCommands = [
  command<VirtualKeysReport>({
    name: "list",
    summary: "the gateway's own keys: whose, for which models, what each has spent and may spend",
    options: [],
    examples: [["goat-dev keys list --json", "for programs"]],
    call: async (_typed, app) => (await import("../app/virtual-keys.ts")).virtualKeys({}, app),
    text: keysText,
  }),
  command<MadeKeyReport>({
    name: "create",
    summary: "a key for a program or a person, with a budget; shown once",
    options: [
      { flags: "--alias <name>", description: "what it is called" },
      { flags: "--budget <dollars>", description: "5, or 5/1d for five dollars a day" },
      { flags: "--models <names>", description: "only these, with commas between" },
      { flags: "--expires <duration>", description: "good for so long: 12h, 7d, 1mo" },
    ],
    examples: [["goat-dev keys create --alias ci --budget 5/1d --models gpt-4o-mini --expires 7d", "for a pipeline"]],
    call: async (typed, app) => {
      const { makeKey } = await import("../app/virtual-keys.ts");
      const [alias, budget, expires] = [typed.text("alias"), typed.text("budget"), typed.text("expires")];
      return makeKey({ alias, budget, expires, models: namesIn(typed.text("models")) }, app);
    },
    text: madeText,
  }),
  command<VirtualKeyReport>({
    name: "show",
    summary: "one of the gateway's keys, never the key itself",
    arguments: "<name>",
    options: [],
    examples: [["goat-dev keys show ci", "what it has spent and may spend"]],
    call: async (typed, app) => (await import("../app/virtual-keys.ts")).showKey(nameOf(typed), app),
    text: ({ key }) => keyText(key),
  }),
  command<VirtualKeyReport>({
    name: "revoke",
    summary: "take a key out of use, for good; asks",
    arguments: "<name>",
    options: [yes],
    examples: [["goat-dev keys revoke ci", "its next call is refused"]],
    call: async (typed, app) => {
      const { revokeKey } = await import("../app/virtual-keys.ts");
      return revokeKey({ ...nameOf(typed), yes: typed.flag("yes") }, app);
    },
    text: ({ key }) => `${labelOf(key)} is revoked: its next call is refused.`,
  }),
  command<MadeKeyReport>({
    name: "rotate",
    summary: "a new key in an old one's place, with what is left of its limits; asks",
    arguments: "<name>",
    options: [yes],
    examples: [["goat-dev keys rotate ci", "the new key is shown once, the old one is refused from then on"]],
    call: async (typed, app) => {
      const { rotateKey } = await import("../app/virtual-keys.ts");
      return rotateKey({ ...nameOf(typed), yes: typed.flag("yes") }, app);
    },
    text: madeText,
  }),
];

function nameOf(typed: Typed): { readonly name: string } {
  return { name: typed.args[0] ?? "" };
}

function namesIn(text = ""): readonly string[] {
  return text
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
}

function keysText({ keys }: VirtualKeysReport): string {
  if (keys.length === 0) return "No key yet: goat-dev keys create --alias NAME --budget 5/1d";
  const rows = keys.map((key) => [
    labelOf(key),
    tame(key.ending ?? "", false),
    budgetText(key),
    key.models.length === 0 ? "all" : tame(key.models.join(", "), false),
    key.expiresAt?.slice(0, 10) ?? "never",
    key.lastUsedAt?.slice(0, 10) ?? "never",
    key.blocked ? "blocked" : "",
  ]);
  return renderTable(["ALIAS", "KEY", "SPENT", "MODELS", "EXPIRES", "LAST USED", ""], rows);
}

function labelOf({ alias, id }: VirtualKey): string {
  return tame(alias ?? id.slice(0, 12), false);
}

/** `$0.42 of $5.00 in 1d` */
function budgetText({ spentUsd, maxUsd, budgetDuration }: VirtualKey): string {
  if (maxUsd === null) return formatMoney(spentUsd);
  const span = budgetDuration === null ? "" : ` in ${budgetDuration}`;
  return `${formatMoney(spentUsd)} of ${formatMoney(maxUsd)}${span}`;
}

function keyText(key: VirtualKey): string {
  const pairs: readonly (readonly [string, string])[] = [
    ["Alias", key.alias ?? "none"],
    ["Key", key.ending ?? "?"],
    ["Spent", budgetText(key)],
    ...(key.budgetResetsAt === null ? [] : [["Resets", key.budgetResetsAt] as const]),
    ["Models", key.models.length === 0 ? "all" : listed(key.models)],
    ["Made", key.createdAt ?? "?"],
    ["Used", key.lastUsedAt ?? "never"],
    ["Expires", key.expiresAt ?? "never"],
    ["Id", key.id],
  ];
  return tame(renderPairs(pairs), false);
}

/** The key in a line of its own, to be copied. */
function madeText({ key, secret, baseUrl }: MadeKeyReport): string {
  return [
    secret,
    "",
    `It is shown this once. ${labelOf(key)}: ${budgetText(key)}, ${key.models.length === 0 ? "all models" : key.models.join(", ")}.`,
    `A program uses it with OPENAI_BASE_URL=${baseUrl} and OPENAI_API_KEY.`,
  ].join("\n");
}
