import { once } from "node:events";
import { readFileSync } from "node:fs";
import { request as httpRequest, type RequestListener } from "node:http";
import { fileURLToPath } from "node:url";

/** What one request to the real Langfuse was, and what it said. */
export interface Recorded {
  readonly part: "litellm" | "reads" | "writes";
  readonly name: string;
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: string;
    readonly bodyBase64?: string;
    /** Said instead of a body that was too long to keep. */
    readonly bodyNote?: string;
  };
  readonly answer: Answer & { readonly failed?: string };
}

export interface Answer {
  readonly status?: number;
  readonly contentType?: string | null;
  readonly json?: unknown;
  readonly text?: string;
  readonly html?: boolean;
}

/** The 242 requests, in the order in which they were sent to an empty Langfuse 2.95.12. */
export function readRecording(): readonly Recorded[] {
  const path = fileURLToPath(new URL("../fixtures/langfuse-2.95.12.ndjson", import.meta.url));
  const lines = readFileSync(path, "utf8").trim().split("\n");
  return lines.map((line) => JSON.parse(line) as Recorded);
}

/** What Langfuse 2.95.12 said to whoever read that place, whatever the page's size and the window that are asked for. */
export function readFrom(recording: readonly Recorded[], path: string): Answer | undefined {
  const placeOf = (text: string): string => text.split("?")[0] ?? "";
  return recording.find(
    ({ part, request, answer }) => part === "reads" && placeOf(request.path) === placeOf(path) && answer.status === 200,
  )?.answer;
}

/** In Langfuse's place: answers as the real one did. */
export function recordedLangfuse(): RequestListener {
  const recording = readRecording();
  return (request, response) => {
    const { status = 404, json = {} } = readFrom(recording, request.url ?? "") ?? {};
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(json));
  };
}

/** When the recording was made: what lies between is a time of the server's own clock. */
export const recordedFrom = "2026-11-29T18:43:00.000Z";
const recordedUntil = "2026-11-29T18:45:00.000Z";

/** Sends a recorded request to another server. */
export async function replay(port: number, { request }: Recorded): Promise<Answer> {
  const { method, path, headers } = request;
  const body = request.bodyNote === undefined ? bodyOf(request) : Buffer.from(JSON.stringify("x".repeat(4_823_567)));
  const sent = httpRequest({ host: "127.0.0.1", port, method, path, headers });
  sent.end(body);
  const [response] = await once(sent, "response");
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString("utf8");
  const contentType: string | null = response.headers["content-type"] ?? null;
  const kind = contentType?.split(";")[0];
  if (kind === "application/json") {
    return { status: response.statusCode, contentType, ...(text === "" ? {} : { json: JSON.parse(text) }) };
  }
  return { status: response.statusCode, contentType, ...(kind === "text/html" ? { html: true } : { text }) };
}

const bodyOf = ({ body, bodyBase64 }: Recorded["request"]): Buffer =>
  bodyBase64 === undefined ? Buffer.from(body ?? "") : Buffer.from(bodyBase64, "base64");

/**
 * An answer without what differs between any two runs: times of the server's own clock, ids that it made, the order of rows that are
 * equal in what they are ordered by, and the last digits of sums.
 */
export function comparable(answer: Answer, { request, answer: recorded }: Recorded): unknown {
  const said = recorded.html === true ? { ...answer, html: true } : answer;
  return ordered(masked(said), new URL(request.path, "http://langfuse").searchParams.get("orderBy"));
}

/** What Langfuse works out where it knows a model's price, which the recorder does not. */
const priced = new Set([
  "modelId",
  "inputPrice",
  "outputPrice",
  "unit",
  "promptTokens",
  "completionTokens",
  "totalTokens",
]);

/** The same without prices, and without tokens that were counted for them. */
export function withoutPrices(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutPrices);
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).filter(
    ([key, inner]) =>
      !priced.has(key) &&
      !/^(?:calculated|total)\w*Cost$|^\w+Usage$/.test(key) &&
      (key !== "usage" || Array.isArray(inner)),
  );
  return Object.fromEntries(kept.map(([key, inner]) => [key, withoutPrices(inner)]));
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/;
/** An id of LiteLLM's own, which is the same in every run. */
const sentIds = /^(?:9d70ce7a|9fd0f745|ae415325|8d88d6f6|751cac6f|aaa4b633)-/;

function masked(value: unknown): unknown {
  if (typeof value === "number") return Number(value.toPrecision(12));
  if (typeof value === "string") return maskedText(value);
  if (Array.isArray(value)) return value.map(masked);
  if (typeof value !== "object" || value === null) return value;
  const isOfNow = Object.entries(value).some(
    ([key, inner]) => (key === "timestamp" || key === "startTime") && maskedText(String(inner)) === "<now>",
  );
  const entries = Object.entries(value).map(([key, inner]) => [
    key,
    // What lies between two times of the server's own clock.
    key === "latency" && isOfNow && inner !== null ? "<duration>" : withoutOrder(key, masked(inner)),
  ]);
  return Object.fromEntries(entries);
}

/** A list's row names what belongs to it in no order. */
const withoutOrder = (key: string, value: unknown): unknown =>
  (key === "observations" || key === "scores") && Array.isArray(value) && typeof value[0] === "string"
    ? value.toSorted()
    : value;

function maskedText(text: string): string {
  if (text >= recordedFrom && text < recordedUntil) return "<now>";
  const last = text.split("/").at(-1) ?? "";
  return uuid.test(last) && !sentIds.test(last) ? text.replace(last, "<id>") : text;
}

function ordered(answer: unknown, orderBy: string | null): unknown {
  const { json } = answer as { readonly json?: { readonly data?: unknown } };
  const [field = ""] = orderBy?.split(".") ?? [];
  if (field === "" || !Array.isArray(json?.data)) return answer;
  const rows = json.data as readonly Readonly<Record<string, unknown>>[];
  const groups: (typeof rows)[] = [];
  for (const row of rows) {
    const last = groups.at(-1);
    if (last?.[0]?.[field] === row[field] && last !== undefined) groups[groups.length - 1] = [...last, row];
    else groups.push([row]);
  }
  const data = groups.flatMap((group) =>
    group.toSorted((one, other) => (String(one["id"]) < String(other["id"]) ? -1 : 1)),
  );
  return { ...(answer as object), json: { ...json, data } };
}
