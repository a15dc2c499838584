import { PassThrough } from "node:stream";
import type { Stdin } from "../../src/cli/prompt.ts";

export interface TestKeyboard {
  /** Its stream calls itself a terminal's input. */
  readonly stdin: Stdin;
  type(keys: string): void;
  isRaw(): boolean;
}

/** A keyboard for tests of prompts. */
export const createKeyboard = (): TestKeyboard => {
  let raw = false;
  const input = new PassThrough();
  const stream = Object.assign(input, {
    isTTY: true,
    isRaw: false,
    setRawMode: (mode: boolean) => {
      raw = mode;
      return stream;
    },
  }) as unknown as NodeJS.ReadStream;
  return { stdin: { isTTY: true, open: () => stream }, type: (keys) => void input.write(keys), isRaw: () => raw };
};
