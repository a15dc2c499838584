import { useEffect, useState } from "preact/hooks";
import type { Cursor, TracePage } from "../src/langfuse/list.ts";
import type { TraceRow } from "../src/langfuse/trace.ts";
import type { ShownTrace } from "../src/pages/trace-questions.ts";

/** A refusal in goat-dev's own words. */
export class Refused extends Error {
  override readonly name = "Refused";
  readonly fixes: readonly { readonly command: string; readonly effect: string }[];

  constructor(message: string, fixes: Refused["fixes"] = []) {
    super(message);
    this.fixes = fixes;
  }
}

const goneText = "goat-dev open has ended. Type it again, and open the new address.";

export async function ask<T>(path: string, init: RequestInit = {}): Promise<T> {
  const answer = await fetch(path, init).catch(() => {
    throw new Refused(init.signal?.aborted === true ? "left" : goneText);
  });
  const body: unknown = await answer.json().catch(() => null);
  if (answer.ok) return body as T;
  throw refusalOf(body, answer.status);
}

/** What came instead of an answer, from any of the page's questions. */
export function refusalOf(body: unknown, status: number): Refused {
  const { error } = (body ?? {}) as {
    readonly error?: { readonly message?: string; readonly fixes?: Refused["fixes"] };
  };
  if (error?.message !== undefined) return new Refused(error.message, error.fixes ?? []);
  return new Refused(status === 401 ? goneText : `The page's server answers ${status}.`);
}

export function send<T>(path: string, body: unknown): Promise<T> {
  return ask(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
}

export interface Asked<T> {
  readonly value: T | null;
  readonly error: Refused | null;
  readonly isLoading: boolean;
  reload(): void;
}

/** An answer that stays in sight while it is asked for again; null asks nothing. */
export function useAnswer<T>(path: string | null): Asked<T> {
  const [state, setState] = useState<Omit<Asked<T>, "reload"> & { readonly path: string | null }>(nothing);
  const [count, setCount] = useState(0);
  useEffect(() => {
    if (path === null) return;
    const left = new AbortController();
    setState((old) => (old.path === path ? { ...old, isLoading: true } : { ...nothing, path, isLoading: true }));
    ask<T>(path, { signal: left.signal }).then(
      (value) => setState({ path, value, error: null, isLoading: false }),
      (error) => left.signal.aborted || setState((old) => ({ ...old, error, isLoading: false })),
    );
    return () => left.abort();
  }, [path, count]);
  return { ...(state.path === path ? state : nothing), reload: () => setCount((old) => old + 1) };
}

const nothing = { path: null, value: null, error: null, isLoading: false };

export type { Cursor, ShownTrace, TracePage, TraceRow };
