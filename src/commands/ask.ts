import type { AskReport } from "../app/programs/ask.ts";
import { usageText } from "./call-text.ts";
import { command, type Terminal, type Typed } from "./command.ts";

export const ask = command<AskReport>({
  name: "ask",
  summary: "one question to a model; what is piped in comes along, the answer alone goes to stdout",
  arguments: "[question...]",
  options: [
    { flags: "-m, --model <model>", description: "the model to ask; else EVAL_MODEL, else the first usable one" },
    { flags: "--stream", description: "word by word" },
    { flags: "--timeout <duration>", description: "the longest silence before and in an answer; 30s where left out" },
  ],
  examples: [
    ["goat-dev ask Why is the sky blue?", "the first model that has its key"],
    ["git diff | goat-dev ask -m gpt-5-mini Write a commit message", "a question about what is piped in"],
  ],
  call: async (typed, app, terminal) => {
    const { ask } = await import("../app/programs/ask.ts");
    const [model, timeout, stream] = [typed.text("model"), typed.text("timeout"), typed.flag("stream")];
    return ask({ prompt: await promptOf(typed, terminal), model, timeout, stream }, app);
  },
  // A streamed answer has been printed already.
  text: ({ text }, typed) => (typed.flag("stream") ? "" : text),
  remark: usageText,
});

/** What was typed, then what was piped in. */
async function promptOf(typed: Typed, terminal: Terminal): Promise<string> {
  const words = typed.args.join(" ").trim();
  const piped = (await terminal.readInput())?.trim() ?? "";
  return [words, piped].filter((part) => part !== "").join("\n\n");
}
