import { GoatError } from "../errors/goat-error.ts";
import { userStateFolder } from "../project/state.ts";
import { keyLikeIn, lockCassette, readCassette, secretIn, writeCassette } from "../tap/cassette/file.ts";
import { callLine, type RecordedCall } from "../tap/cassette/format.ts";
import { readUsed, splitByUse } from "../tap/cassette/usage.ts";
import { readQuestion } from "../tap/shapes.ts";
import type { App } from "./app.ts";
import { placeOf } from "./programs/cassette-session.ts";
import { openEnvironment } from "./project.ts";

export interface CassetteShowReport {
  readonly file: string;
  /** Fields of a request that are ignored when it is compared with a recorded one. */
  readonly ignore: readonly string[];
  /** EVAL_MODEL of the run that was recorded. */
  readonly model: string | null;
  readonly calls: readonly CassetteRow[];
}

export interface CassetteRow {
  /** From 1 up, as a failed replay names it. */
  readonly number: number;
  readonly method: string;
  readonly path: string;
  readonly model: string | null;
  /** How many pieces the answer was streamed in; null where it was not streamed. */
  readonly pieces: number | null;
  readonly status: number;
  readonly ms: number;
  /** The last message, input or prompt in the request; empty where there is none. */
  readonly question: string;
}

export interface CassettePruneReport {
  readonly file: string;
  readonly kept: number;
  /** Calls that the last run did not use. */
  readonly removed: readonly CassetteRow[];
}

export interface CassetteCheckReport {
  readonly ok: boolean;
  readonly file: string;
  readonly calls: number;
  readonly findings: readonly CassetteFinding[];
}

interface CassetteFinding {
  /** In the file. */
  readonly line: number;
  /** The variable of .env whose value was found, or the kind of key that the text looks like. */
  readonly what: string;
}

/** The calls of a file. Throws cassette-missing, cassette-invalid. */
export async function showCassette(file: string, app: App): Promise<CassetteShowReport> {
  const { head, calls } = readCassette(placeOf(file, app));
  return { file, ...head, calls: calls.map(rowOf) };
}

/**
 * Removes the calls that the last run on this machine did not use. Throws usage where no run is known,
 * cassette-missing, cassette-invalid, cassette-locked.
 */
export async function pruneCassette(file: string, app: App): Promise<CassettePruneReport> {
  const place = placeOf(file, app);
  const release = await lockCassette(place, app);
  try {
    const cassette = readCassette(place);
    const used = readUsed(userStateFolder(app), place.path);
    if (used === null) throw noRun(file);
    const { kept, unused } = splitByUse(cassette, used);
    if (unused.length > 0) await writeCassette(place.path, { head: cassette.head, calls: kept });
    const gone = new Set(unused.map((call) => cassette.calls.indexOf(call) + 1));
    const removed = cassette.calls.map(rowOf).filter(({ number }) => gone.has(number));
    return { file, kept: kept.length, removed };
  } finally {
    await release();
  }
}

/** Looks for the project's secrets, where there is a project, and for what has the form of a key. */
export async function checkCassette(file: string, app: App): Promise<CassetteCheckReport> {
  const { calls } = readCassette(placeOf(file, app));
  learnSecrets(app);
  const findings = calls.flatMap((call, index) => {
    const text = callLine(call);
    const what = secretIn(text, app.redact(text)) ?? keyLikeIn(text);
    return what === null ? [] : [{ line: index + 2, what }];
  });
  return { ok: findings.length === 0, file, calls: calls.length, findings };
}

/**
 * Registers the project's secrets. Only warns where that fails: the file may lie outside a project, or in one that
 * cannot be read.
 */
function learnSecrets(app: App): void {
  try {
    openEnvironment(app);
  } catch (error) {
    if (!(error instanceof GoatError)) throw error;
    app.emit({ type: "notice", level: "warning", text: `secrets of .env are not known: ${error.message}` });
  }
}

function rowOf({ request, answer }: RecordedCall, index: number): CassetteRow {
  return {
    number: index + 1,
    method: request.method,
    path: request.path,
    model: readQuestion(request.json).model,
    pieces: answer.stream?.length ?? null,
    status: answer.status,
    ms: answer.ms,
    question: questionIn(request.json),
  };
}

/** The last message, input or prompt in a request. */
function questionIn(json: unknown): string {
  const texts = JSON.stringify(json ?? "").match(/"(?:content|text|input|prompt)":"((?:[^"\\]|\\.)*)"/g) ?? [];
  const last = texts.at(-1)?.replace(/^"\w+":/, "");
  return last === undefined ? "" : String(JSON.parse(last));
}

function noRun(file: string): GoatError {
  return new GoatError("usage", `no run with ${file} is known on this machine, so nothing is known to be unused`, {
    fixes: [{ command: `goat-dev replay ${file} -- COMMAND`, effect: "uses what is still needed" }],
  });
}
