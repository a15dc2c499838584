import type { Readable } from "node:stream";
import type { Metered } from "./meter.ts";
import type { Api, Question } from "./shapes.ts";

/** One request of a program. */
export interface Asked {
  /** From 1 up, as they came. */
  readonly number: number;
  readonly method: string;
  /** Path and query, as the program wrote them. */
  readonly target: string;
  readonly api: Api | null;
  /** In small letters. */
  header(name: string): string | undefined;
  /** Null where it is passed on unread. */
  readonly body: Buffer | null;
  /** Undefined where the body is no JSON. */
  readonly json: unknown;
  readonly question: Question;
}

/** An answer as it comes, from wherever. */
export interface Answer {
  readonly status: number;
  readonly reason: string;
  /** Names and values in turns, as Node has raw headers. */
  readonly headers: readonly string[];
  readonly body: Readable;
  readonly from: AnsweredBy;
}

/** The gateway; a file of recorded calls; a fault that was asked for; goat-dev itself, which refuses. */
export type AnsweredBy = "gateway" | "cassette" | "fault" | "goat-dev";

/** A piece of an answer, with the milliseconds since the request went out. */
export interface Chunk {
  readonly atMs: number;
  readonly bytes: Buffer;
}

/** How a call went. */
export interface Ended {
  readonly asked: Asked;
  readonly from: AnsweredBy;
  /** Null where no answer came. */
  readonly status: number | null;
  readonly headers: readonly string[];
  /** The whole answer has gone out; else who broke it off. */
  readonly end: "whole" | "program left" | "broken off";
  readonly metered: Metered;
  readonly durationMs: number;
  /** Until the answer's first byte; null where none came. */
  readonly firstMs: number | null;
  /** Empty where nobody keeps answers. */
  readonly chunks: readonly Chunk[];
}

/** What is to happen with a call, before it goes to the gateway. */
export type Decision =
  | { readonly do: "go" }
  /** The answer ends midway, after this many pieces. */
  | { readonly do: "cut"; readonly after: number }
  | { readonly do: "answer"; readonly answer: Answer }
  /** Nothing comes until the program has enough. */
  | { readonly do: "hang" };

/** A part that has a say in each call. */
export interface Stage {
  /** Has to know a call before it goes on; else its body is passed on as it comes. */
  before?(asked: Asked, signal: AbortSignal): Promise<Decision> | Decision;
  ended?(ended: Ended): void;
}

/** The value of a raw header; undefined where there is none. */
export function headerOf(headers: readonly string[], name: string): string | undefined {
  const at = headers.findIndex((word, index) => index % 2 === 0 && word.toLowerCase() === name);
  return at < 0 ? undefined : headers[at + 1];
}
