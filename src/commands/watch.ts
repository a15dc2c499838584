import type { WatchReport } from "../app/watch.ts";
import { command, exitWhenInterrupted } from "./command.ts";

export const watch = command<WatchReport>({
  name: "watch",
  summary: "have the running gateway take over each saved edit of its config and of .env",
  options: [],
  examples: [
    ["goat-dev watch", "beside an editor; Ctrl-C ends it"],
    ["goat-dev up --watch", "after bringing the stack up"],
  ],
  call: async (_, app) => {
    const { watch } = await import("../app/watch.ts");
    return watch(app);
  },
  // Each reload was told as it came.
  text: () => "",
  exitCode: exitWhenInterrupted,
});
