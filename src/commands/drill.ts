import type { DrillReport } from "../app/drill.ts";
import { GoatError } from "../errors/goat-error.ts";
import { command, type Typed } from "./command.ts";

const faults = ["429", "500", "too-long"] as const;

export const drill = command<DrillReport>({
  name: "drill",
  summary:
    "let a model fail in a throw-away copy of the gateway, and see which fallback answers (exit 6 where none does)",
  arguments: "<model>",
  options: [{ flags: "--fault <fault>", description: "how: 429 (where left out), 500, or too-long", choices: faults }],
  examples: [
    ["goat-dev drill gpt-4o-mini", "the running gateway goes on as it is"],
    ["goat-dev drill gpt-4o-mini --fault too-long", "tries context_window_fallbacks"],
  ],
  call: async (typed, app) => {
    const fault = faultOf(typed);
    const { drill } = await import("../app/drill.ts");
    return drill({ model: typed.args[0] ?? "", fault }, app);
  },
  text: async (report) => {
    const { drillText } = await import("../app/drill.ts");
    return drillText(report);
  },
  exitCode: ({ ok }) => (ok ? 0 : 6),
});

function faultOf(typed: Typed): (typeof faults)[number] {
  const written = typed.text("fault") ?? "429";
  const fault = faults.find((each) => each === written);
  if (fault !== undefined) return fault;
  throw new GoatError("usage", `--fault is ${JSON.stringify(written)}, and should be ${faults.join(", ")}`, {
    fixes: [{ command: "goat-dev drill --help", effect: "all options, with examples" }],
  });
}
