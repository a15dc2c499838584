import type { IncomingMessage, ServerResponse } from "node:http";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { messageOf, systemCode } from "../errors/describe.ts";
import { refuse } from "./answer.ts";
import { type Answer, type AnsweredBy, type Asked, type Chunk, type Ended, headerOf, type Stage } from "./call.ts";
import { collect, type Incoming, strangerIn, tooLarge } from "./incoming.ts";
import { createMeter, nothingMetered } from "./meter.ts";
import { type Api, apiOf, jsonOf, readQuestion } from "./shapes.ts";
import { passedOn, type Upstream } from "./upstream.ts";

export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** From 1 up. */
  readonly number: number;
  readonly upstream: Upstream | null;
  readonly stages: readonly Stage[];
  readonly keepsAnswers: boolean;
  /** The port that the tap listens on. */
  readonly port: number;
}

/** One call, from its request to the end of its answer. */
export async function exchange(call: Exchange): Promise<void> {
  const { request, response, stages } = call;
  const api = apiOf(request.method ?? "", request.url ?? "");
  const stop = new AbortController();
  response.once("close", () => {
    if (!response.writableFinished) stop.abort();
  });
  const began = performance.now();
  const incoming = collect(request, () => stop.abort());
  const stranger = strangerIn(request, call.port);
  const refusal = stranger ?? (incoming.isTooLarge() ? tooLarge : null);
  if (refusal !== null) {
    // A client that is still sending its body would not read the answer.
    await incoming.whole();
    await passOn(call, refuse({ api }, refusal, "goat-dev"), { api, cut: null, began });
    return;
  }
  const mustKnow = stages.some(({ before }) => before !== undefined);
  const early = mustKnow ? await incoming.whole() : null;
  if (mustKnow && early === null && !incoming.isTooLarge()) return;
  const first = askedOf(call, api, early);
  const { answer, cut, from } = await answerTo(call, first, incoming, stop.signal);
  const passed = answer === null ? leftBefore(began) : await passOn(call, answer, { api, cut, began });
  const asked = early === null && request.complete ? askedOf(call, api, await incoming.whole()) : first;
  for (const { ended } of stages) ended?.({ asked, from, ...passed });
}

function askedOf({ request, number }: Exchange, api: Api | null, body: Buffer | null): Asked {
  const json = api === null && !/json/.test(request.headers["content-type"] ?? "") ? undefined : jsonOf(body);
  return {
    number,
    method: request.method ?? "",
    target: request.url ?? "",
    api,
    header: (name) => [request.headers[name] ?? []].flat()[0],
    body,
    json,
    question: readQuestion(json),
  };
}

interface Decided {
  /** Null where the program left before one came. */
  readonly answer: Answer | null;
  readonly cut: number | null;
  /** Who answered, or was to answer when the program left. */
  readonly from: AnsweredBy;
}

async function answerTo(call: Exchange, asked: Asked, incoming: Incoming, signal: AbortSignal): Promise<Decided> {
  let [cut, from]: [number | null, AnsweredBy] = [null, "goat-dev"];
  try {
    for (const { before } of incoming.isTooLarge() ? [] : call.stages) {
      const verdict = (await before?.(asked, signal)) ?? { do: "go" };
      if (verdict.do === "answer") return { answer: verdict.answer, cut, from: verdict.answer.from };
      if (verdict.do === "cut") cut = verdict.after;
      if (verdict.do === "hang") {
        from = "fault";
        await aborted(signal);
      }
    }
    from = "gateway";
    const answer = await askGateway(call, asked, incoming, signal);
    return { answer, cut, from: answer.from };
  } catch (error) {
    if (incoming.isTooLarge()) {
      await incoming.whole();
      return { answer: refuse(asked, tooLarge, "goat-dev"), cut: null, from: "goat-dev" };
    }
    if (signal.aborted) return { answer: null, cut: null, from };
    throw error;
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    else signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

async function askGateway(
  { request, upstream }: Exchange,
  asked: Asked,
  incoming: Incoming,
  signal: AbortSignal,
): Promise<Answer> {
  const { method, target, body } = asked;
  if (upstream === null) throw new Error("there is no gateway behind this tap");
  if (incoming.isTooLarge()) return refuse(asked, tooLarge, "goat-dev");
  try {
    const message = await upstream.ask({
      method,
      target,
      headers: passedOn(request.rawHeaders),
      body: body ?? request,
      resend: incoming.whole,
      signal,
    });
    const { statusCode = 502, statusMessage = "", rawHeaders } = message;
    return { status: statusCode, reason: statusMessage, headers: rawHeaders, body: message, from: "gateway" };
  } catch (error) {
    if (signal.aborted) throw error;
    const message = `the gateway did not answer: ${systemCode(error) ?? messageOf(error)}`;
    return refuse(asked, { status: 502, type: "api_connection_error", message }, "goat-dev");
  }
}

type Passed = Omit<Ended, "asked" | "from">;

function leftBefore(began: number): Passed {
  const durationMs = performance.now() - began;
  return {
    status: null,
    headers: [],
    end: "program left",
    metered: nothingMetered,
    durationMs,
    firstMs: null,
    chunks: [],
  };
}

interface Passing {
  readonly api: Api | null;
  readonly cut: number | null;
  readonly began: number;
}

/** Passes an answer on as it comes. Metering and recording get each piece only after it was sent. */
async function passOn({ response, keepsAnswers }: Exchange, answer: Answer, how: Passing): Promise<Passed> {
  const { status, reason, headers, body } = answer;
  const type = headerOf(headers, "content-type") ?? "";
  const meter = createMeter(how.api, type, headerOf(headers, "content-encoding"));
  const chunks: Chunk[] = [];
  let firstMs: number | null = null;
  let end: Ended["end"] = "whole";
  response.sendDate = false;
  response.writeHead(status, reason, [...passedOn(headers)]);
  if (type.startsWith("text/event-stream")) response.flushHeaders();
  body.once("error", () => (end = end === "whole" ? "broken off" : end));
  response.once("close", () => {
    if (!response.writableFinished && end === "whole") end = "program left";
  });
  const piped = how.cut === null ? pipeline(body, response) : pipeline(body, cutAfter(how.cut), response);
  body.on("data", (bytes: Buffer) => {
    const atMs = performance.now() - how.began;
    firstMs ??= atMs;
    meter.add(bytes);
    if (keepsAnswers) chunks.push({ atMs, bytes });
  });
  await piped.catch(() => undefined);
  if (how.cut !== null) end = "broken off";
  const durationMs = performance.now() - how.began;
  return { status, headers, end, metered: await meter.end(), durationMs, firstMs, chunks };
}

/** Lets `pieces` pieces through and half of the next one, then breaks the stream. */
function cutAfter(pieces: number): Transform {
  let passed = 0;
  const breakOff = (stream: Transform): void => {
    // What was written needs a moment to be sent before the connection is closed.
    setTimeout(() => stream.destroy(new Error("cut on purpose")), 5);
  };
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      passed += 1;
      if (passed <= pieces) return done(null, chunk);
      this.push(chunk.subarray(0, Math.floor(chunk.length / 2)));
      breakOff(this);
    },
    flush() {
      breakOff(this);
    },
  });
}
