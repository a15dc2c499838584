import type { Readable } from "node:stream";
import type { Metered } from "./meter.ts";
import type { Api, Question } from "./shapes.ts";

/** One request of a program. */
export interface Asked {
  /** Counts from 1, in the order in which the requests came. */
  readonly number: number;
  readonly method: string;
  /** Path and query, as the program wrote them. */
  readonly target: string;
  readonly api: Api | null;
  /** `name` is in lower case. */
  header(name: string): string | undefined;
  /** Null where it is passed on unread. */
  readonly body: Buffer | null;
  /** Undefined where the body is no JSON. */
  readonly json: unknown;
  readonly question: Question;
}

/** An answer as it comes, whoever gives it. */
export interface Answer {
  readonly status: number;
  readonly reason: string;
  /** Names and values alternate, as in Node's `rawHeaders`. */
  readonly headers: readonly string[];
  readonly body: Readable;
  readonly from: AnsweredBy;
}

/** The gateway; a file of recorded calls; a fault that was asked for; goat-dev itself, which refuses. */
export type AnsweredBy = "gateway" | "cassette" | "fault" | "goat-dev";

/** A piece of an answer, with the milliseconds since the tap received the request. */
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
  /** "whole" where the answer was sent to its end; else how it was cut short. */
  readonly end: "whole" | "program left" | "broken off";
  readonly metered: Metered;
  readonly durationMs: number;
  /** Milliseconds until the answer's first byte; null where none came. */
  readonly firstMs: number | null;
  /** Empty unless the tap keeps answers. */
  readonly chunks: readonly Chunk[];
}

/** What is to happen with a call, before it goes to the gateway. */
export type Decision =
  | { readonly do: "go" }
  /** The answer ends midway, after this many pieces. */
  | { readonly do: "cut"; readonly after: number }
  | { readonly do: "answer"; readonly answer: Answer }
  /** No answer comes, until the program gives up. */
  | { readonly do: "hang" };

/** A part of the tap that takes part in each call. */
export interface Stage {
  /**
   * Decides about a call before it goes on, with its whole body read. If no stage has this, bodies are passed on as
   * they come.
   */
  before?(asked: Asked, signal: AbortSignal): Promise<Decision> | Decision;
  ended?(ended: Ended): void;
}

/** The value of a raw header, whose `name` is given in lower case; undefined where there is none. */
export function headerOf(headers: readonly string[], name: string): string | undefined {
  const at = headers.findIndex((word, index) => index % 2 === 0 && word.toLowerCase() === name);
  return at < 0 ? undefined : headers[at + 1];
}
