import { stripVTControlCharacters } from "node:util";
import { GoatError } from "../errors/goat-error.ts";
import { type Fields, isRecord } from "../model/fields.ts";

export interface ModalApp {
  readonly name: string;
  /** `deployed`, `stopped`, `ephemeral` …: Modal's word in lower case. */
  readonly state: string;
  /** Containers that run now; null where it is not said. */
  readonly containers: number | null;
  readonly createdAt: string | null;
}

export interface ModalEnvironment {
  readonly name: string;
  /** The environment's suffix in host names; empty for none. */
  readonly webSuffix: string;
}

/** From `modal app list --json`. Throws modal-output-unknown. */
export function readApps(text: string): readonly ModalApp[] {
  const question = "modal app list --json";
  return rowsOf(text, question).map((row) => ({
    name: needed(row, ["description", "name"], question),
    state: needed(row, ["state"], question).toLowerCase(),
    containers: countIn(row, "tasks"),
    createdAt: textIn(row, "created_at"),
  }));
}

function rowsOf(text: string, question: string): readonly Fields[] {
  const value = parse(text);
  if (Array.isArray(value) && value.every(isRecord)) return value.map(withNewKeys);
  throw outputUnknown(question, value === undefined ? "no JSON" : "JSON, but no list of objects");
}

/** The document; a warning may stand before it. */
function parse(text: string): unknown {
  const begin = /^\s*\[/m.exec(text)?.index ?? 0;
  for (const candidate of [text, text.slice(begin, text.lastIndexOf("]") + 1)]) {
    try {
      return JSON.parse(candidate);
    } catch {}
  }
  return undefined;
}

/** Before 1.5.0 keys were headings: `App ID` is `app_id` now. */
function withNewKeys(row: Fields): Fields {
  return Object.fromEntries(
    Object.entries(row).map(([key, value]) => [
      key
        .toLowerCase()
        .replace(/[^a-z0-9]+/g, "_")
        .replace(/^_+|_+$/g, ""),
      value,
    ]),
  );
}

function textIn(row: Fields, key: string): string | null {
  const value = row[key];
  return typeof value === "string" && value !== "" ? value : null;
}

function needed(row: Fields, keys: readonly string[], question: string): string {
  for (const key of keys) {
    const value = textIn(row, key);
    if (value !== null) return value;
  }
  throw outputUnknown(question, `no ${keys.join(" or ")} among ${Object.keys(row).join(", ") || "nothing"}`);
}

function countIn(row: Fields, key: string): number | null {
  const count = Number.parseInt(String(row[key]), 10);
  return Number.isSafeInteger(count) && count >= 0 ? count : null;
}

/** Names of secrets, from `modal secret list --json`; values are not to be had. Throws modal-output-unknown. */
export function readSecretNames(text: string): readonly string[] {
  const question = "modal secret list --json";
  return rowsOf(text, question).map((row) => needed(row, ["name"], question));
}

/** From `modal environment list --json`. Throws modal-output-unknown. */
export function readEnvironments(text: string): readonly ModalEnvironment[] {
  const question = "modal environment list --json";
  return rowsOf(text, question).map((row) => ({
    name: needed(row, ["name"], question),
    webSuffix: textIn(row, "web_suffix") ?? "",
  }));
}

/** Where the CLI said something that is not understood. */
export function outputUnknown(question: string, seen: string): GoatError {
  return new GoatError("modal-output-unknown", `\`${question}\` says something that goat-dev does not understand`, {
    evidence: [seen],
    fixes: [
      { command: "pip install --upgrade modal", effect: "gets the newest Modal CLI; 1.5 and newer are known" },
      { command: "goat-dev modal doctor", effect: "shows which one is used" },
    ],
  });
}

/** Lines as a person reads them: without escapes, without the box that older versions draw around an error. */
export function plainLines(text: string): readonly string[] {
  return stripVTControlCharacters(text)
    .split(/\r?\n|\r/)
    .map((line) => line.replace(/^[│|]\s?/, "").replace(/\s*│\s*$/, ""))
    .filter((line) => !/^[╭╰─╮╯\s]*(?:Error|Warning)?[╭╰─╮╯\s]*$/.test(line))
    .map((line) => line.trimEnd());
}

/** All of it as one line: a message that was wrapped at a terminal's width is whole again. */
export function oneLine(text: string): string {
  return plainLines(text).join(" ").replace(/\s+/g, " ").trim();
}
