import { PassThrough } from "node:stream";

export interface TestKeyboard {
  /** A stream that calls itself a terminal's input. */
  readonly stdin: NodeJS.ReadStream;
  type(keys: string): void;
  isRaw(): boolean;
}

/** A keyboard for tests of prompts. */
export const createKeyboard = (): TestKeyboard => {
  let raw = false;
  const input = new PassThrough();
  const stdin = Object.assign(input, {
    isTTY: true,
    isRaw: false,
    setRawMode: (mode: boolean) => {
      raw = mode;
      return stdin;
    },
  }) as unknown as NodeJS.ReadStream;
  return { stdin, type: (keys) => void input.write(keys), isRaw: () => raw };
};
