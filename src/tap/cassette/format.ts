import { isUtf8 } from "node:buffer";
import { fieldsOf, isRecord, listOf, numberOf, textOf } from "../../model/fields.ts";
import { parseJson } from "../../platform/json.ts";
import type { Asked } from "../call.ts";

/** The version of the file format that is written and read here. */
const cassetteVersion = 1;

/** The first line. */
export interface CassetteHead {
  /** Fields of a request that do not count when it is compared, such as metadata.trace_id. */
  readonly ignore: readonly string[];
  /** EVAL_MODEL of the run that was recorded; null where there was none. */
  readonly model: string | null;
}

/**
 * A body in one of three forms; none for an empty body. An answer is `json` only if writing that JSON gives the same
 * bytes.
 */
export interface Body {
  readonly json?: unknown;
  readonly text?: string;
  readonly base64?: string;
}

export interface RecordedRequest extends Body {
  readonly method: string;
  /** With its query. */
  readonly path: string;
}

export interface RecordedAnswer extends Body {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Milliseconds until the answer was there. */
  readonly ms: number;
  /** Of a stream, each piece and the milliseconds until it came. */
  readonly stream?: readonly (readonly [number, string | { readonly base64: string }])[];
}

export interface RecordedCall {
  readonly request: RecordedRequest;
  readonly answer: RecordedAnswer;
}

export interface Cassette {
  readonly head: CassetteHead;
  readonly calls: readonly RecordedCall[];
  /** True where the last line is cut off, as by a crash, and was left out. */
  readonly isCut: boolean;
}

/** Why a text is no cassette, with its line. */
export interface CassetteMistake {
  readonly line: number;
  readonly why: string;
}

function headLine({ ignore, model }: CassetteHead): string {
  return `${JSON.stringify({ cassette: "goat-dev", version: cassetteVersion, ignore, model })}\n`;
}

export function callLine(call: RecordedCall): string {
  return `${JSON.stringify(call)}\n`;
}

export function cassetteText({ head, calls }: Pick<Cassette, "head" | "calls">): string {
  return headLine(head) + calls.map(callLine).join("");
}

/** Empty text is a cassette without a call. */
export function parseCassette(text: string): Cassette | CassetteMistake {
  const lines = text.split("\n");
  const isEnded = lines.at(-1)?.trim() === "";
  const written = lines.map((line, index) => ({ line, number: index + 1 })).filter(({ line }) => line.trim() !== "");
  const [first, ...rest] = written;
  if (first === undefined) return { head: { ignore: [], model: null }, calls: [], isCut: false };
  const head = readHead(first.line);
  if (typeof head === "string") return { line: first.number, why: head };
  const calls: RecordedCall[] = [];
  for (const [index, { line, number }] of rest.entries()) {
    const call = readCall(line);
    if (typeof call !== "string") calls.push(call);
    else if (index === rest.length - 1 && !isEnded) return { head, calls, isCut: true };
    else return { line: number, why: call };
  }
  return { head, calls, isCut: false };
}

function readHead(line: string): CassetteHead | string {
  const { cassette, version, ignore, model } = fieldsOf(parseJson(line));
  if (cassette !== "goat-dev") return 'should be the head: {"cassette":"goat-dev","version":1,…}';
  if (version !== cassetteVersion)
    return `is of version ${String(version)}, and this goat-dev reads ${cassetteVersion}`;
  return { ignore: listOf(ignore).filter((each) => typeof each === "string"), model: textOf(model) };
}

/** A call, or what is wrong with it. */
function readCall(line: string): RecordedCall | string {
  const call = parseJson(line);
  if (call === undefined) return "is no JSON";
  const [request, answer] = [fieldsOf(fieldsOf(call)["request"]), fieldsOf(fieldsOf(call)["answer"])];
  const [method, path, status] = [textOf(request["method"]), textOf(request["path"]), numberOf(answer["status"])];
  if (method === null || path === null) return 'lacks its request: {"method":…,"path":…}';
  if (status === null || status < 200 || status > 599) return "lacks its answer's status";
  const stream = answer["stream"] === undefined ? undefined : readStream(answer["stream"]);
  if (stream === null) return "has a stream whose pieces are not [milliseconds, text]";
  return {
    request: { method, path, ...readBody(request) },
    answer: {
      status,
      headers: readHeaders(answer["headers"]),
      ms: numberOf(answer["ms"]) ?? 0,
      ...(stream === undefined ? readBody(answer) : { stream }),
    },
  };
}

function readBody(fields: Readonly<Record<string, unknown>>): Body {
  if (typeof fields["text"] === "string") return { text: fields["text"] };
  if (typeof fields["base64"] === "string") return { base64: fields["base64"] };
  return "json" in fields ? { json: fields["json"] } : {};
}

function readHeaders(value: unknown): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(fieldsOf(value)).map(([name, text]) => [name, String(text)]));
}

function readStream(value: unknown): RecordedAnswer["stream"] | null {
  const pieces = listOf(value).map((piece): readonly [number, string | { readonly base64: string }] | null => {
    const [ms, said] = listOf(piece);
    if (typeof ms !== "number") return null;
    if (typeof said === "string") return [ms, said];
    const base64 = isRecord(said) ? textOf(said["base64"]) : null;
    return base64 === null ? null : [ms, { base64 }];
  });
  const whole = pieces.filter((piece) => piece !== null);
  return Array.isArray(value) && whole.length === pieces.length ? whole : null;
}

/**
 * A request as it is recorded. Its JSON is kept by value, not byte by byte, and the boundary of a form, which is random
 * in each request, is replaced by a fixed word.
 */
export function requestOf({ method, target, body, header }: Asked): RecordedRequest {
  const type = header("content-type") ?? "";
  const boundary = /^multipart\/.*boundary="?([^";]+)/i.exec(type)?.[1];
  const bytes = body ?? Buffer.alloc(0);
  const plain =
    boundary === undefined ? bytes : Buffer.from(bytes.toString("latin1").replaceAll(boundary, "boundary"), "latin1");
  const json = /json/.test(type) || type === "" ? parseJson(plain.toString("utf8")) : undefined;
  return { method, path: target, ...(json === undefined ? bodyOf(plain, type) : { json }) };
}

/** Bytes in the form that reads best and loses nothing. */
export function bodyOf(bytes: Buffer, type: string): Body {
  if (bytes.length === 0) return {};
  if (!isUtf8(bytes)) return { base64: bytes.toString("base64") };
  const text = bytes.toString("utf8");
  if (!/json/.test(type)) return { text };
  const json = parseJson(text);
  return json !== undefined && JSON.stringify(json) === text ? { json } : { text };
}

export function bytesOf(body: Body): Buffer {
  if (body.text !== undefined) return Buffer.from(body.text);
  if (body.base64 !== undefined) return Buffer.from(body.base64, "base64");
  return body.json === undefined ? Buffer.alloc(0) : Buffer.from(JSON.stringify(body.json));
}

export function pieceOf(bytes: Buffer): string | { readonly base64: string } {
  return isUtf8(bytes) ? bytes.toString("utf8") : { base64: bytes.toString("base64") };
}
