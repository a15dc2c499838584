import { GoatError } from "../errors/goat-error.ts";
import type { OpenReport } from "../web/open.ts";
import { command, exitWhenInterrupted, type Typed } from "./command.ts";

export const open = command<OpenReport>({
  name: "open",
  summary: "a page for this machine alone: calls as they come, spend, models, services",
  options: [
    { flags: "--no-browser", description: "print the address only" },
    { flags: "--port <port>", description: "any that is free, where left out" },
  ],
  examples: [["goat-dev open", "ends with Ctrl-C, or after an hour without a viewer"]],
  call: async (typed, app) => {
    const { openPage } = await import("../web/open.ts");
    return openPage({ browser: !typed.flag("noBrowser"), port: portOf(typed) }, app);
  },
  text: ({ ended }) => (ended === "interrupted" ? "" : "Nobody has looked at the page for an hour."),
  exitCode: ({ ended }) => exitWhenInterrupted({ interrupted: ended === "interrupted" }),
});

function portOf(typed: Typed): number {
  const text = typed.text("port") ?? "0";
  const port = Number(text);
  if (/^\d+$/.test(text) && port < 65_536) return port;
  throw new GoatError("usage", `--port is "${text}", and should be a port number`);
}
