/** One message of a container's output. */
export interface Frame {
  readonly stream: "stdout" | "stderr";
  readonly data: Buffer;
}

/** Splits the engine's multiplexed stream into messages, however chunks were cut. Yields an unfinished last one too. */
export async function* demux(source: AsyncIterable<Uint8Array>): AsyncGenerator<Frame> {
  const { add, end } = createDemux();
  for await (const chunk of source) yield* add(chunk);
  yield* end();
}

export function createDemux() {
  let rest: Buffer = Buffer.alloc(0);
  const frame = (from: number, to: number): Frame => ({
    stream: (rest[from] ?? 0) >= 2 ? "stderr" : "stdout",
    data: rest.subarray(from + headerBytes, to),
  });
  return {
    add(chunk: Uint8Array): Frame[] {
      const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
      const frames: Frame[] = [];
      let begin = 0;
      while (rest.length - begin >= headerBytes) {
        const end = begin + headerBytes + rest.readUInt32BE(begin + 4);
        if (rest.length < end) break;
        frames.push(frame(begin, end));
        begin = end;
      }
      rest = rest.subarray(begin);
      return frames;
    },
    end: (): Frame[] => (rest.length > headerBytes ? [frame(0, rest.length)] : []),
  };
}

/** Parses a stream of JSON documents, one per line; skips lines that are not JSON. */
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
