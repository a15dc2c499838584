import { refuse } from "../answer.ts";
import type { Asked, Decision, Stage } from "../call.ts";
import { type Cassette, type RecordedCall, requestOf } from "./format.ts";
import { type Difference, type Meaning, meaningOf, nearestTo } from "./meaning.ts";
import { play } from "./play.ts";

export interface PlayerOptions {
  /** The file's path as the user wrote it, for messages. */
  readonly file: string;
  /** Once a request's recorded answers are used up: the last one again, or a refusal. */
  readonly repeat: "last" | "fail";
  /** Answers, streamed or not, take as long as when they were recorded. */
  readonly isPaced: boolean;
  /** What is not recorded goes on to the gateway. */
  readonly asksForMissing: boolean;
}

/** A request that is not in the file. */
interface Miss {
  /** `POST /v1/chat/completions (gpt-5-mini)` */
  readonly request: string;
  /** Why it has no answer: such as the nearest recorded call, and where that one differs. */
  readonly why: string;
}

export interface Player extends Stage {
  readonly misses: readonly Miss[];
  replayed(): number;
  /** How many recorded answers of each request were used, by the request's key. */
  used(): ReadonlyMap<string, number>;
}

/** Answers from recorded calls. Equal requests get their recorded answers in the order of the file. */
export function createPlayer({ head, calls }: Cassette, options: PlayerOptions): Player {
  const meanings = calls.map(({ request }) => meaningOf(request, head.ignore));
  const byKey = groupByKey(calls, meanings);
  const used = new Map<string, number>();
  const misses: Miss[] = [];
  let replayed = 0;
  const next = (meaning: Meaning): RecordedCall | null => {
    const all = byKey.get(meaning.key) ?? [];
    const count = used.get(meaning.key) ?? 0;
    const found = all[count] ?? (options.repeat === "last" ? all.at(-1) : undefined);
    if (found !== undefined) used.set(meaning.key, Math.min(count + 1, all.length));
    return found ?? null;
  };
  const before = (asked: Asked, signal: AbortSignal): Decision => {
    const meaning = meaningOf(requestOf(asked), head.ignore);
    const found = next(meaning);
    if (found !== null) {
      replayed += 1;
      return { do: "answer", answer: play(found.answer, options.isPaced, signal) };
    }
    if (options.asksForMissing) return { do: "go" };
    const miss = { request: nameOf(asked), why: whyNot(meaning, meanings, byKey, options) };
    misses.push(miss);
    const message = `goat-dev: ${miss.request} is not in ${options.file}: ${miss.why}`;
    return { do: "answer", answer: refuse(asked, { status: 404, type: "not_recorded", message }, "goat-dev") };
  };
  return { before, misses, replayed: () => replayed, used: () => used };
}

function groupByKey(
  calls: readonly RecordedCall[],
  meanings: readonly Meaning[],
): ReadonlyMap<string, readonly RecordedCall[]> {
  const groups = new Map<string, RecordedCall[]>();
  for (const [index, call] of calls.entries()) {
    const key = meanings[index]?.key ?? "";
    groups.set(key, [...(groups.get(key) ?? []), call]);
  }
  return groups;
}

function nameOf({ method, target, question }: Asked): string {
  return `${method} ${target}${question.model === null ? "" : ` (${question.model})`}`;
}

function whyNot(
  asked: Meaning,
  recorded: readonly Meaning[],
  byKey: ReadonlyMap<string, readonly RecordedCall[]>,
  { file }: PlayerOptions,
): string {
  const times = byKey.get(asked.key)?.length ?? 0;
  if (times > 0) return `it is recorded ${times === 1 ? "once" : `${times} times`}, and was asked once more`;
  const nearest = nearestTo(asked, recorded);
  if (nearest !== null) return `nearest is call ${nearest.index + 1} of ${file}, ${differs(nearest.difference)}`;
  const paths = [...new Set(recorded.map(({ method, path }) => `${method} ${path}`))];
  return paths.length === 0 ? "it holds no call" : `it holds ${paths.slice(0, 5).join(", ")}`;
}

function differs({ at, recorded, asked }: Difference): string {
  const where = at === "" ? "whose body differs" : `which differs at ${at}`;
  return `${where}: recorded ${shown(recorded, asked)}, asked ${shown(asked, recorded)}`;
}

/** A value as JSON; of a long one, 80 characters from shortly before the first difference. */
function shown(value: unknown, other: unknown): string {
  if (value === undefined) return "nothing";
  const text = JSON.stringify(value);
  if (text.length <= 80) return text;
  const beside = JSON.stringify(other) ?? "";
  const parts = [...text].findIndex((letter, index) => letter !== beside[index]);
  const from = Math.max(0, parts - 20);
  return `${from > 0 ? "…" : ""}${text.slice(from, from + 80)}${from + 80 < text.length ? "…" : ""}`;
}
