import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import { costIn, type TokenUsage } from "../litellm/model-info.ts";
import { fieldsOf, listOf, numberOf, textOf } from "../model/fields.ts";
import { type Api, jsonOf } from "./shapes.ts";

/** What can be read from an answer: tokens, cost, length of its text, and whether it failed. */
export interface Metered {
  readonly usage: TokenUsage | null;
  /** As LiteLLM puts it into the usage of a stream; null where it is not there. */
  readonly costUsd: number | null;
  /** Characters of the answer's text, from which tokens are estimated where it reports none. */
  readonly letters: number;
  /** True where the answer holds an error: a stream can fail after it began with status 200. */
  readonly failed: boolean;
}

export interface Meter {
  add(chunk: Buffer): void;
  end(): Promise<Metered>;
}

export const nothingMetered: Metered = { usage: null, costUsd: null, letters: 0, failed: false };

/** Reads an answer while it passes, without delaying it. `encoding` is the answer's content-encoding. */
export function createMeter(api: Api | null, type: string, encoding: string | undefined): Meter {
  if (api === null) return { add: () => undefined, end: async () => nothingMetered };
  const reader = type.startsWith("text/event-stream") ? createStreamReader() : createWholeReader(type);
  const unpack = unpacker(encoding);
  if (unpack === null) return { add: reader.add, end: async () => reader.end() };
  unpack.on("data", reader.add).on("error", () => undefined);
  return {
    add: (chunk) => void unpack.write(chunk),
    end: () =>
      new Promise((resolve) => {
        unpack.once("close", () => resolve(reader.end()));
        unpack.end();
      }),
  };
}

/** Null where the answer is not compressed, or in a way that is not supported here. */
function unpacker(encoding: string | undefined) {
  if (encoding === "gzip" || encoding === "x-gzip") return createGunzip();
  if (encoding === "deflate") return createInflate();
  return encoding === "br" ? createBrotliDecompress() : null;
}

interface Reader {
  add(chunk: Buffer): void;
  end(): Metered;
}

function createWholeReader(type: string): Reader {
  const chunks: Buffer[] = [];
  return {
    add: (chunk) => void chunks.push(chunk),
    end: () => {
      if (!type.includes("json")) return nothingMetered;
      const body = Buffer.concat(chunks);
      return sumUp(jsonOf(body));
    },
  };
}

/** Reads each `data:` line as soon as it is complete. */
function createStreamReader(): Reader {
  let rest: Buffer = Buffer.alloc(0);
  let metered = nothingMetered;
  const read = (line: string): void => {
    if (!line.startsWith("data:")) return;
    const event = jsonOf(Buffer.from(line.slice(5)));
    if (event !== undefined) metered = merge(metered, sumUp(event));
  };
  return {
    add: (chunk) => {
      const at = chunk.lastIndexOf(10);
      if (at < 0) {
        rest = Buffer.concat([rest, chunk]);
        return;
      }
      const whole = Buffer.concat([rest, chunk.subarray(0, at)]).toString("utf8");
      rest = chunk.subarray(at + 1);
      for (const line of whole.split(/\r?\n/)) read(line);
    },
    end: () => {
      read(rest.toString("utf8"));
      return metered;
    },
  };
}

function merge(before: Metered, now: Metered): Metered {
  return {
    usage: mergeUsage(before.usage, now.usage),
    costUsd: now.costUsd ?? before.costUsd,
    letters: before.letters + now.letters,
    failed: before.failed || now.failed,
  };
}

/** Anthropic tells the question's tokens at the start of a stream, and the answer's at its end. */
function mergeUsage(before: TokenUsage | null, now: TokenUsage | null): TokenUsage | null {
  if (before === null || now === null) return now ?? before;
  if (now.prompt_tokens > 0) return now;
  return { ...before, completion_tokens: now.completion_tokens ?? before.completion_tokens ?? 0 };
}

/** The usage lies in the body, in a Responses event's `response`, or in an Anthropic event's `message`. */
function sumUp(body: unknown): Metered {
  const fields = fieldsOf(body);
  const inner = [fields, fieldsOf(fields["response"]), fieldsOf(fields["message"])];
  const usage = inner.map((each) => each["usage"]).find((each) => typeof each === "object" && each !== null);
  return {
    usage: usage === undefined ? null : readUsage(fieldsOf(usage)),
    costUsd: costIn(fieldsOf(usage)["cost"]),
    letters: lettersIn(fields),
    failed: typeof fields["error"] === "object" && fields["error"] !== null,
  };
}

function readUsage(usage: Readonly<Record<string, unknown>>): TokenUsage | null {
  const answered = numberOf(usage["completion_tokens"]) ?? numberOf(usage["output_tokens"]);
  const asked = numberOf(usage["prompt_tokens"]);
  if (asked !== null)
    return withCached(asked, answered, numberOf(fieldsOf(usage["prompt_tokens_details"])["cached_tokens"]));
  const input = numberOf(usage["input_tokens"]);
  if (input === null && answered === null) return null;
  const read = numberOf(usage["cache_read_input_tokens"]);
  const written = numberOf(usage["cache_creation_input_tokens"]) ?? 0;
  // Anthropic's input tokens leave out what its cache read and wrote; those of OpenAI's Responses API include it.
  if (read !== null || written > 0) return withCached((input ?? 0) + (read ?? 0) + written, answered, read);
  return withCached(input ?? 0, answered, numberOf(fieldsOf(usage["input_tokens_details"])["cached_tokens"]));
}

function withCached(asked: number, answered: number | null, cached: number | null): TokenUsage {
  return {
    prompt_tokens: asked,
    ...(answered === null ? {} : { completion_tokens: answered }),
    ...(cached === null ? {} : { prompt_tokens_details: { cached_tokens: cached } }),
  };
}

/** Characters of text in an event of a stream, or in a whole answer. */
function lettersIn(fields: Readonly<Record<string, unknown>>): number {
  const choices = listOf(fields["choices"]).map(fieldsOf);
  const said = choices.flatMap((choice) => [
    choice["text"],
    fieldsOf(choice["delta"])["content"],
    fieldsOf(choice["delta"])["reasoning_content"],
    fieldsOf(choice["message"])["content"],
    ...listOf(fieldsOf(choice["delta"])["tool_calls"]).map((call) => fieldsOf(fieldsOf(call)["function"])["arguments"]),
  ]);
  const delta = fields["delta"];
  const others = typeof delta === "string" ? [delta] : [fieldsOf(delta)["text"], fieldsOf(delta)["partial_json"]];
  return [...said, ...others].reduce<number>((sum, text) => sum + (textOf(text)?.length ?? 0), 0);
}
