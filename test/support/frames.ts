import type { Frame } from "../../src/engine/docker/streams.ts";

/** A message as the engine sends it. */
export const encodeFrame = ({ stream, data }: Frame): Buffer => {
  const header = Buffer.alloc(8);
  header[0] = stream === "stdout" ? 1 : 2;
  header.writeUInt32BE(data.length, 4);
  return Buffer.concat([header, data]);
};
