/** Documents of a stream that holds one per line; a line that is no JSON is left out. */
export const jsonLines = async function* (source: AsyncIterable<Uint8Array>): AsyncGenerator<unknown> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of source) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    yield* lines.flatMap(parse);
  }
  yield* parse(rest + decoder.decode());
};

const parse = (line: string): readonly unknown[] => {
  try {
    return line.trim() === "" ? [] : [JSON.parse(line)];
  } catch {
    return [];
  }
};
