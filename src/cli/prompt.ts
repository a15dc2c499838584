import { setImmediate } from "node:timers/promises";
import type { Ask } from "../app/app.ts";
import { GoatError } from "../errors/goat-error.ts";

/** Standard input, opened only to read it: that takes Node a while, and most runs do not read it. */
export interface Stdin {
  readonly isTTY: boolean;
  open(): NodeJS.ReadStream;
}

export interface AskStreams {
  readonly stdin: Stdin;
  readonly stderr: NodeJS.WriteStream;
  readonly color: boolean;
  /** Ends a question as Ctrl-C does. */
  readonly signal: AbortSignal;
}

type Question = Readonly<Record<string, unknown>> & { readonly type: string; readonly message: string };

const colorCodes = new RegExp(`${String.fromCharCode(27)}\\[[\\d;]*m`, "g");

const showCursor = "\u001b[?25h";

/** Questions drawn on stderr; null where stdin or stderr is no terminal. They throw interrupted on Ctrl-C or Escape. */
export function createAsk(streams: AskStreams): Ask | null {
  if (!streams.stdin.isTTY || streams.stderr.isTTY !== true) return null;
  return {
    select: async (message, choices) => {
      const options = choices.map(({ value, label }) => ({ name: value, message: label }));
      return String(await askOne(streams, { type: "select", message, choices: options }));
    },
    secret: async (message) => String(await askOne(streams, { type: "password", message })).trim(),
    confirm: async (message, initial) =>
      (await askOne(streams, { type: "confirm", message, initial, format: yesOrNo })) === true,
    input: async (message) => String(await askOne(streams, { type: "input", message })).trim(),
  };
}

/** Asks one question; Ctrl-C, Escape and the signal reject with interrupted. */
async function askOne(streams: AskStreams, question: Question): Promise<unknown> {
  const { default: Enquirer } = await import("enquirer");
  // Lets the terminal finish what was drawn before.
  await setImmediate();
  const enquirer = new Enquirer();
  const cancel = new Promise<never>((_resolve, reject) => {
    enquirer.on("prompt", (prompt: { cancel(): Promise<void> }) => {
      streams.signal.addEventListener("abort", () => void prompt.cancel().catch(reject), { once: true });
    });
  });
  try {
    streams.signal.throwIfAborted();
    const stdout = streams.color ? streams.stderr : withoutColor(streams.stderr);
    const asked = enquirer.prompt({ ...question, name: "answer", stdin: streams.stdin.open(), stdout });
    return answerOf(await Promise.race([asked, cancel]));
  } catch (error) {
    throw new GoatError("interrupted", "interrupted while asking", { cause: error });
  } finally {
    restore(streams);
  }
}

/** The library colours whatever NO_COLOR says, so its colours are taken out on their way. */
function withoutColor(stream: NodeJS.WriteStream): NodeJS.WriteStream {
  return Object.create(stream, {
    write: { value: (text: string) => stream.write(String(text).replace(colorCodes, "")) },
  });
}

function answerOf(answers: unknown): unknown {
  return typeof answers === "object" && answers !== null && "answer" in answers ? answers.answer : undefined;
}

function restore({ stdin, stderr }: AskStreams): void {
  const keys = stdin.open();
  if (keys.isTTY) keys.setRawMode(false);
  keys.pause();
  stderr.write(showCursor);
}

function yesOrNo(value: unknown): string {
  return value === true ? "yes" : "no";
}
