/** One message of a container's output. */
export interface Frame {
  readonly stream: "stdout" | "stderr";
  readonly data: Uint8Array;
}

/** Splits the engine's multiplexed stream into its messages, however it was cut. A last, unfinished message is kept. */
export async function* demux(source: AsyncIterable<Uint8Array>): AsyncGenerator<Frame> {
  let rest = Buffer.alloc(0);
  const streamOf = (header: Buffer): Frame["stream"] => ((header[0] ?? 0) >= 2 ? "stderr" : "stdout");
  for await (const chunk of source) {
    rest = rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([rest, chunk]);
    while (rest.length >= headerBytes) {
      const end = headerBytes + rest.readUInt32BE(4);
      if (rest.length < end) break;
      yield { stream: streamOf(rest), data: rest.subarray(headerBytes, end) };
      rest = rest.subarray(end);
    }
  }
  if (rest.length > headerBytes) yield { stream: streamOf(rest), data: rest.subarray(headerBytes) };
}

/** Documents of a stream that holds one per line; a line that is no JSON is left out. */
export async function* jsonLines(source: AsyncIterable<Uint8Array>): AsyncGenerator<unknown> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of source) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    yield* lines.flatMap(parse);
  }
  yield* parse(rest + decoder.decode());
}

const headerBytes = 8;

function parse(line: string): readonly unknown[] {
  try {
    return line.trim() === "" ? [] : [JSON.parse(line)];
  } catch {
    return [];
  }
}
