import type { McpReport } from "../mcp/server.ts";
import { command, exitWhenInterrupted } from "./command.ts";

export const mcp = command<McpReport>({
  name: "mcp",
  summary: "serve coding agents over stdin and stdout (Model Context Protocol); they can only look",
  options: [
    {
      flags: "--allow-changes",
      description: "tools that change something too: up, down, models, keys, snapshot …; none deletes data",
    },
  ],
  examples: [
    ["claude mcp add goat-dev -- npx goat-dev mcp", "for Claude Code; others start the same command"],
    ["goat-dev mcp --allow-changes", "an agent may bring the stack up"],
  ],
  call: async (typed, app, { streams }) => {
    const { serveMcp } = await import("../mcp/server.ts");
    return serveMcp(
      { allowChanges: typed.flag("allowChanges"), streams: { stdin: streams.stdin(), stdout: streams.stdout } },
      app,
    );
  },
  // Standard output carries the protocol, so no text may be printed there.
  text: () => null,
  exitCode: ({ ended }) => exitWhenInterrupted({ interrupted: ended === "interrupted" }),
});
