import { createHash } from "node:crypto";
import { isRecord } from "../../model/fields.ts";
import { canonicalJson, parseJson } from "../../platform/json.ts";
import type { Body, RecordedRequest } from "./format.ts";

/** What identifies a request: requests with equal keys ask the same, however their JSON was written. */
export interface Meaning {
  readonly key: string;
  readonly method: string;
  readonly path: string;
  /** The JSON without ignored fields; else the text or base64 of the body. */
  readonly body: unknown;
}

/** Fields that differ from run to run and do not change the answer. */
const alwaysIgnored = ["metadata.trace_id", "metadata.generation_id", "litellm_trace_id", "litellm_session_id"];

/** `ignore` names fields as metadata.user or messages.*.name. */
export function meaningOf(request: RecordedRequest, ignore: readonly string[]): Meaning {
  const { method, path } = request;
  const body = without(contentOf(request), [...alwaysIgnored, ...ignore]);
  const key = createHash("sha256")
    .update(`${method} ${path}\n${canonicalJson(body)}`)
    .digest("hex")
    .slice(0, 32);
  return { key, method, path, body };
}

/** A body parsed as JSON where it is JSON, in whichever form it was recorded. */
function contentOf({ json, text, base64 }: Body): unknown {
  if (text === undefined) return json ?? base64 ?? null;
  const read = parseJson(text);
  return read === undefined ? text : read;
}

function without(value: unknown, paths: readonly string[]): unknown {
  return paths.reduce((current, path) => remove(current, path.split(".")), value);
}

/** Removes the field at a path, and a mapping that becomes empty by that. */
function remove(value: unknown, [name, ...rest]: readonly string[]): unknown {
  if (name === undefined) return undefined;
  if (Array.isArray(value)) {
    return value.map((part, index) => (name === "*" || name === String(index) ? remove(part, rest) : part));
  }
  if (!isRecord(value)) return value;
  const entries = Object.entries(value).flatMap(([key, part]) => {
    if (key !== name && name !== "*") return [[key, part] as const];
    const left = rest.length === 0 ? undefined : remove(part, rest);
    const isEmptied =
      isRecord(left) && isRecord(part) && Object.keys(left).length === 0 && Object.keys(part).length > 0;
    return left === undefined || isEmptied ? [] : [[key, left] as const];
  });
  return Object.fromEntries(entries);
}

/** Where two values are not equal. */
export interface Difference {
  /** Such as messages[0].content; empty for the whole. */
  readonly at: string;
  readonly recorded: unknown;
  readonly asked: unknown;
}

/**
 * The recorded request that differs in the fewest places, and the first of these; null where no other request has the
 * same method and path.
 */
export function nearestTo(
  asked: Meaning,
  recorded: readonly Meaning[],
): { readonly index: number; readonly difference: Difference } | null {
  let best: { readonly index: number; readonly difference: Difference; readonly count: number } | null = null;
  for (const [index, meaning] of recorded.entries()) {
    if (meaning.method !== asked.method || meaning.path !== asked.path) continue;
    const differences = differencesIn(meaning.body, asked.body, "");
    const [difference] = differences;
    if (difference === undefined || differences.length >= (best?.count ?? Number.POSITIVE_INFINITY)) continue;
    best = { index, difference, count: differences.length };
  }
  return best;
}

function differencesIn(recorded: unknown, asked: unknown, at: string): readonly Difference[] {
  if (Array.isArray(recorded) && Array.isArray(asked)) {
    const longer = recorded.length > asked.length ? recorded : asked;
    return longer.flatMap((_, index) => differencesIn(recorded[index], asked[index], `${at}[${index}]`));
  }
  if (isRecord(recorded) && isRecord(asked)) {
    const names = [...new Set([...Object.keys(recorded), ...Object.keys(asked)])];
    return names.flatMap((name) => differencesIn(recorded[name], asked[name], at === "" ? name : `${at}.${name}`));
  }
  return canonicalJson(recorded) === canonicalJson(asked) ? [] : [{ at, recorded, asked }];
}
