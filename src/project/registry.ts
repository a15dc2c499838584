import { createHash } from "node:crypto";
import { readdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { fieldsOf, isRecord } from "../model/fields.ts";
import { type EngineKind, engineKinds } from "./settings.ts";
import { openState, stackEntry } from "./state.ts";

/** A stack that was brought up on this machine, as its last `up` noted it. */
export interface KnownStack {
  readonly stack: string;
  readonly engine: EngineKind;
  readonly endpoint: string;
  /** The project's folder, and its `.goat-dev`. */
  readonly folder: string;
  readonly stateDir: string;
  readonly ports: readonly number[];
  /** ISO time of the last `up`. */
  readonly usedAt: string;
}

/** The ports of a checkout's own stack, which are reserved before its first `up`. */
export type Reservation = Pick<KnownStack, "stack" | "folder" | "stateDir" | "ports">;

function folderOf(userState: string): string {
  return join(userState, "stacks");
}

/** Writes down a stack. That this can fail, as in some CI jobs, does not matter and is not reported. */
export async function noteStack(userState: string, known: KnownStack): Promise<void> {
  await openState(folderOf(userState)).writeJson(nameOf(known), known);
}

function reservationsOf(userState: string): string {
  return join(userState, "instances");
}

/** Keeps one reservation for each project; the next one replaces it. */
export async function reservePorts(userState: string, reservation: Reservation): Promise<void> {
  const name = `${createHash("sha256").update(reservation.stateDir).digest("hex").slice(0, 16)}.json`;
  await openState(reservationsOf(userState)).writeJson(name, reservation);
}

/** Every stack that has ports of this machine, running or not. */
export function reservations(userState: string): readonly Reservation[] {
  return [...documentsIn(reservationsOf(userState)).filter(isReservation), ...knownStacks(userState)];
}

function nameOf({ engine, endpoint, stack }: KnownStack): string {
  return `${stackEntry(`${engine} ${endpoint}`, stack)}.json`;
}

/** All that were noted, whether they are still there or not. */
export function knownStacks(userState: string): readonly KnownStack[] {
  return documentsIn(folderOf(userState)).filter(isKnown);
}

function documentsIn(folder: string): readonly unknown[] {
  const state = openState(folder);
  return namesIn(folder).map((name) => state.readJson(name));
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(".json"))
      .sort();
  } catch {
    return [];
  }
}

function isReservation(value: unknown): value is Reservation {
  return (
    isRecord(value) &&
    ["stack", "folder", "stateDir"].every((name) => typeof value[name] === "string") &&
    Array.isArray(value["ports"]) &&
    value["ports"].every((port) => typeof port === "number")
  );
}

function isKnown(value: unknown): value is KnownStack {
  const { engine, endpoint, usedAt } = fieldsOf(value);
  const isEngine = engineKinds.some((kind) => kind === engine);
  return isReservation(value) && isEngine && typeof endpoint === "string" && typeof usedAt === "string";
}

export async function forgetStack(userState: string, known: KnownStack): Promise<void> {
  await rm(join(folderOf(userState), nameOf(known)), { force: true });
}
