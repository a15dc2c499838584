import { useEffect, useState } from "preact/hooks";
import type { TraceRow } from "../src/langfuse/trace.ts";

/** How things stand with what the page is told. */
export interface LiveState {
  /** False while the page's own server does not answer. */
  readonly connected: boolean;
  /** Why nothing comes from Langfuse; null where all is well. */
  readonly away: string | null;
}

/** What is being done to services, in the words of the terminal; null before anything is. */
export function useWork(): string | null {
  const [step, setStep] = useState<string | null>(null);
  useEffect(() => {
    onWork.add(setStep);
    return () => void onWork.delete(setStep);
  }, []);
  return step;
}

interface WorkEvent {
  readonly type: string;
  readonly step?: string;
  readonly text?: string;
}

const onWork = new Set<(step: string) => void>();

type Listener = (rows: readonly TraceRow[]) => void;

const listeners = new Set<Listener>();
const onReady = new Set<() => void>();

/** Calls `take` when traces are told from now on: what was asked for before may lack one. */
export function useReady(take: () => void): void {
  useEffect(() => {
    onReady.add(take);
    return () => void onReady.delete(take);
  });
}

/** Calls `take` with traces as they come. */
export function useNewTraces(take: Listener): void {
  useEffect(() => {
    listeners.add(take);
    return () => void listeners.delete(take);
  });
}

/** One stream for the whole page. */
export function useLive(): LiveState {
  const [state, setState] = useState<LiveState>({ connected: true, away: null });
  useEffect(() => {
    const source = new EventSource("/api/events");
    const on = (name: string, take: (data: string) => void): void =>
      source.addEventListener(name, (event) => take((event as MessageEvent<string>).data));
    source.onopen = () => setState((old) => ({ ...old, connected: true }));
    source.onerror = () => setState((old) => ({ ...old, connected: false }));
    on("away", (data) => setState({ connected: true, away: (JSON.parse(data) as { readonly why: string }).why }));
    on("ready", () => {
      for (const take of onReady) take();
    });
    on("work", (data) => {
      const { type, step = "", text = "" } = JSON.parse(data) as WorkEvent;
      if (type.startsWith("step-")) for (const take of onWork) take(`${step} ${text}`);
    });
    on("back", () => setState({ connected: true, away: null }));
    on("traces", (data) => {
      const rows = JSON.parse(data) as readonly TraceRow[];
      for (const take of listeners) take(rows);
    });
    return () => source.close();
  }, []);
  return state;
}
