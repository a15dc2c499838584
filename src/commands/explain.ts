import type { ExplainReport } from "../app/explain.ts";
import { renderPairs } from "../platform/table.ts";
import { command } from "./command.ts";

export const explain = command<ExplainReport>({
  name: "explain",
  summary: "what a failure's code means, and what to do about it; every one without a code",
  arguments: "[code...]",
  options: [],
  examples: [["goat-dev explain database-password-drift", "its page, also without a network"]],
  call: async ({ args }) => (await import("../app/explain.ts")).explain({ codes: args }),
  text: ({ failures }, { args }) =>
    args.length === 0
      ? renderPairs(failures.map(({ code, means }) => [code, plain(means)]))
      : failures
          .map(({ code, exitCode, means, mend }) =>
            renderPairs([
              ["code", code],
              ["means", plain(means)],
              ["to do", plain(mend)],
              ["exit", String(exitCode)],
            ]),
          )
          .join("\n\n"),
});

/** Removes the backticks of the catalogue's Markdown. */
function plain(text: string): string {
  return text.replaceAll("`", "");
}
