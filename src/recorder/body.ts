import type { IncomingMessage } from "node:http";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";

/** Langfuse's limit, before and after unpacking. */
const bodyLimitBytes = 4.5 * 1024 * 1024;

export type Body =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly status: number; readonly message: string };

const tooLarge: Body = { ok: false, status: 413, message: "Body exceeded 4.5mb limit" };
const invalid: Body = { ok: false, status: 400, message: "Invalid JSON" };
const unpack = promisify(gunzip);

/** Null where the body is over the limit; the rest of it is read and dropped. */
const collect = async (request: IncomingMessage): Promise<Buffer | null> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= bodyLimitBytes) chunks.push(chunk);
  }
  return size > bodyLimitBytes ? null : Buffer.concat(chunks);
};

const isOversize = (error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE";

/** Reads a JSON body, plain or gzipped. Rejects only where the connection breaks. */
export const readRequestBody = async (request: IncomingMessage): Promise<Body> => {
  const encoding = request.headers["content-encoding"] ?? "identity";
  if (encoding !== "identity" && encoding !== "gzip") {
    return { ok: false, status: 415, message: `Unsupported content encoding ${encoding}` };
  }
  const raw = await collect(request);
  if (raw === null) return tooLarge;
  try {
    const bytes = encoding === "gzip" ? await unpack(raw, { maxOutputLength: bodyLimitBytes }) : raw;
    return { ok: true, value: JSON.parse(bytes.toString("utf8")) };
  } catch (error) {
    return isOversize(error) ? tooLarge : invalid;
  }
};
