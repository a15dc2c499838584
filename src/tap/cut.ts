import { Transform } from "node:stream";

/** Lets so many pieces through, and half of the next; then the stream breaks. */
export function cutAfter(pieces: number): Transform {
  let passed = 0;
  const breakOff = (stream: Transform): void => {
    // What was written is to leave before the connection does.
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
