import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { plural } from "../../platform/text.ts";
import { userStateFolder } from "../../project/state.ts";
import type { Stage } from "../../tap/call.ts";
import {
  type CassettePlace,
  lockCassette,
  readCassette,
  readCassetteIfThere,
  secretIn,
  writeCassette,
} from "../../tap/cassette/file.ts";
import type { Cassette, CassetteHead, RecordedCall } from "../../tap/cassette/format.ts";
import { meaningOf } from "../../tap/cassette/meaning.ts";
import { createPlayer, type Player } from "../../tap/cassette/player.ts";
import { createRecorder, merged, type Recorder } from "../../tap/cassette/recorder.ts";
import { noteUsed, splitByUse } from "../../tap/cassette/usage.ts";
import type { App } from "../app.ts";
import type { ReplayInput } from "./tap-input.ts";
import type { RunVerdict } from "./verdict.ts";

export interface CassetteReport {
  readonly file: string;
  readonly recorded: number;
  readonly replayed: number;
  /** Calls that are in the file and were not made this time. */
  readonly unused: number;
  readonly missing: readonly { readonly request: string; readonly why: string }[];
  /** Calls that were not recorded, each with the variable whose secret it holds. */
  readonly refused: readonly { readonly request: string; readonly variable: string }[];
}

/** A file of recorded calls while a program runs. */
export interface CassetteSession {
  readonly stages: readonly Stage[];
  readonly head: CassetteHead;
  /**
   * Writes what is left to write, and releases the file's lock. Which calls were used is noted only where `isWell`: a
   * program that failed may have made too few.
   */
  end(isWell: boolean): Promise<CassetteReport>;
}

export function placeOf(file: string, { cwd }: App): CassettePlace {
  return { path: resolve(cwd, file), shown: file };
}

/** Every call goes to the gateway and is kept. Throws cassette-invalid, cassette-locked, file-unwritable. */
export async function openRecording(file: string, { ignore, model }: CassetteHead, app: App): Promise<CassetteSession> {
  const place = placeOf(file, app);
  const release = await lockCassette(place, app);
  try {
    const before = readCassetteIfThere(place);
    warnIfCut(before, place, app);
    const head = { ignore: [...new Set([...(before?.head.ignore ?? []), ...ignore])], model };
    const cassette = { head, calls: before?.calls ?? [], isCut: false };
    await writeCassette(place.path, cassette);
    const recorder = recorderFor(place, app);
    const end = async (isWell: boolean): Promise<CassetteReport> => {
      recorder.close();
      const calls = merged(cassette, recorder.recorded);
      await writeCassette(place.path, { head, calls });
      await release();
      return report(place, { head, calls }, { recorder, player: null, isWell }, app);
    };
    return { stages: [recorder], head, end };
  } catch (error) {
    await release();
    throw error;
  }
}

/**
 * Calls are answered from the file; with `recordMissing`, those that are not in it go to the gateway and are kept.
 * Throws cassette-missing, cassette-invalid; with `recordMissing` also cassette-locked.
 */
export async function openReplay(input: ReplayInput, app: App): Promise<CassetteSession> {
  const { file, recordMissing, pace, repeat } = input;
  const place = placeOf(file, app);
  const release = recordMissing ? await lockCassette(place, app) : null;
  try {
    const cassette = readCassette(place);
    warnIfCut(cassette, place, app);
    const { shown } = place;
    const player = createPlayer(cassette, {
      file: shown,
      repeat,
      isPaced: pace === "real",
      asksForMissing: recordMissing,
    });
    // Writes the file without a line that a crash has cut off: the first new line would be appended to it.
    if (recordMissing && cassette.isCut) await writeCassette(place.path, cassette);
    const recorder = recordMissing ? recorderFor(place, app) : null;
    const end = async (isWell: boolean): Promise<CassetteReport> => {
      recorder?.close();
      await release?.();
      const calls = [...cassette.calls, ...(recorder?.recorded ?? [])];
      return report(place, { head: cassette.head, calls }, { recorder, player, isWell }, app);
    };
    return { stages: [player, ...(recorder === null ? [] : [recorder])], head: cassette.head, end };
  } catch (error) {
    await release?.();
    throw error;
  }
}

function recorderFor({ path }: CassettePlace, { redact }: App): Recorder {
  return createRecorder({ path, secretIn: (text) => secretIn(text, redact(text)) });
}

function warnIfCut(cassette: Cassette | null, { shown }: CassettePlace, { emit }: App): void {
  if (cassette?.isCut !== true) return;
  emit({ type: "notice", level: "warning", text: `the last line of ${shown} is cut off, and left out` });
}

interface Parts {
  readonly recorder: Recorder | null;
  readonly player: Player | null;
  readonly isWell: boolean;
}

function report(
  place: CassettePlace,
  cassette: Pick<Cassette, "head" | "calls">,
  { recorder, player, isWell }: Parts,
  app: App,
): CassetteReport {
  const used = new Map(player?.used() ?? []);
  for (const call of recorder?.recorded ?? []) count(used, call, cassette.head);
  if (isWell && existsSync(place.path)) noteUsed(userStateFolder(app), place.path, used);
  const { unused } = splitByUse(cassette, used);
  return {
    file: place.shown,
    recorded: recorder?.recorded.length ?? 0,
    replayed: player?.replayed() ?? 0,
    unused: unused.length,
    missing: player?.misses ?? [],
    refused: recorder?.refused ?? [],
  };
}

function count(used: Map<string, number>, { request }: RecordedCall, head: CassetteHead): void {
  const { key } = meaningOf(request, head.ignore);
  used.set(key, (used.get(key) ?? 0) + 1);
}

/** What there is to say of a file once the program has ended; null for nothing. */
export function cassetteText({ file, recorded, unused }: CassetteReport): string | null {
  if (recorded === 0) return null;
  const prune =
    unused === 0 ? "" : `; ${plural(unused, "call")} of earlier runs not made again: goat-dev cassette prune ${file}`;
  return `${plural(recorded, "call")} recorded in ${file}${prune}`;
}

/** Why a run counts as failed, whatever its program's exit status; null where the file gives no reason. */
export function cassetteVerdict({ file, missing, refused }: CassetteReport): RunVerdict | null {
  const [miss] = missing;
  if (miss !== undefined) {
    const others = missing.length === 1 ? "" : ` (and ${plural(missing.length - 1, "other")})`;
    const how = `goat-dev replay ${file} --record-missing -- …`;
    return { code: "call-not-recorded", message: `${miss.request} is not in ${file}: ${miss.why}${others}; ${how}` };
  }
  const [first] = refused;
  if (first === undefined) return null;
  const what = `${plural(refused.length, "call")} not recorded in ${file}`;
  return { code: "cassette-secret", message: `${what}: ${first.request} holds the value of ${first.variable}` };
}
