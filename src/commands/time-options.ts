import { GoatError } from "../errors/goat-error.ts";
import type { Typed } from "./command.ts";

const unitMs: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** --since (a duration before `now`, in ms, or a time) as an ISO time; null where not given. Throws usage. */
export function sinceOf(typed: Typed, now: number): string | null {
  const text = typed.text("since");
  if (text === undefined) return null;
  const back = /^(\d+)([smhd])$/.exec(text);
  const time = back === null ? Date.parse(text) : now - Number(back[1]) * (unitMs[back[2] ?? ""] ?? 0);
  if (Number.isFinite(time)) return new Date(time).toISOString();
  throw new GoatError("usage", `--since is "${text}", and should be like 10m, 2h or 2026-11-23T10:00:00Z`);
}
