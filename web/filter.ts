import type { TraceRow } from "../src/langfuse/trace.ts";

/** What the filter's line says: `tag:docs user:anna failed slower:2s`, and words that a question holds. */
export interface Wanted {
  readonly query: URLSearchParams;
  readonly fits: (row: TraceRow) => boolean;
}

const keys = { tag: "tag", user: "user", session: "session", name: "name", model: "model" } as const;
const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000 };

export function readFilter(line: string, isFailedOnly: boolean): Wanted {
  const query = new URLSearchParams();
  const words: string[] = [];
  const tests: ((row: TraceRow) => boolean)[] = [];
  const need = (name: string, value: string, test: (row: TraceRow) => boolean): void => {
    query.append(name, value);
    tests.push(test);
  };
  if (isFailedOnly) need("failed", "true", ({ failed }) => failed);
  for (const word of line.trim().split(/\s+/)) {
    const [, key = "", value = ""] = /^(\w+):(.+)$/.exec(word) ?? [];
    const duration = /^(\d+(?:\.\d+)?)(ms|s|m)?$/.exec(value);
    const dollars = Number(value.replace(/^\$/, ""));
    if (key === "slower" && duration !== null) {
      const ms = Number(duration[1]) * (unitMs[duration[2] ?? "s"] ?? 0);
      need("slowerMs", String(ms), ({ latencyMs }) => (latencyMs ?? 0) >= ms);
    } else if (key === "cost" && dollars >= 0) {
      need("costUsd", String(dollars), ({ costUsd }) => (costUsd ?? 0) >= dollars);
    } else if (key in keys) need(keys[key as keyof typeof keys], value, (row) => valuesOf(row, key).includes(value));
    else if (word !== "") words.push(word.toLowerCase());
  }
  const holds = (row: TraceRow): boolean => {
    const text = [row.words, row.name, row.id, row.error, ...row.models].join("\n").toLowerCase();
    return words.every((word) => text.includes(word));
  };
  return { query, fits: (row) => tests.every((test) => test(row)) && holds(row) };
}

function valuesOf(row: TraceRow, key: string): readonly (string | null)[] {
  switch (key) {
    case "tag":
      return row.tags;
    case "user":
      return [row.userId];
    case "session":
      return [row.sessionId];
    case "name":
      return [row.name];
    default:
      return row.models;
  }
}
