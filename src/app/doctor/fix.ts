import { chmod } from "node:fs/promises";
import type { CheckResult } from "../../doctor/check.ts";
import type { App } from "../app.ts";
import { openEnvironment } from "../project.ts";
import { restart } from "../restart.ts";
import { setPassword } from "../set-password.ts";
import { up } from "../up.ts";

type Step = (app: App) => Promise<unknown>;

/**
 * Applies the first suggested fix that loses nothing and was not tried yet. Returns the command line of that fix; null
 * where none is left. Throws what the command would throw.
 */
export async function applyFix(
  results: readonly CheckResult[],
  tried: readonly string[],
  app: App,
): Promise<string | null> {
  for (const command of results.flatMap(commandsIn)) {
    const step = stepFor(command);
    if (step === null || tried.includes(command)) continue;
    app.emit({ type: "notice", level: "info", text: `fixing: ${command}` });
    await step(app);
    return command;
  }
  return null;
}

/** Of a problem's fixes only the first, which is the one that loses nothing. */
function commandsIn(result: CheckResult): readonly string[] {
  if (result.verdict === "problem") return result.error.fixes.slice(0, 1).map(({ command }) => command);
  const chmod = result.verdict === "warning" ? /chmod 600 .+$/.exec(result.text)?.[0] : undefined;
  return chmod === undefined ? [] : [chmod];
}

/** Null for a command that deletes something, edits a file by judgement, or is for the user alone to decide on. */
function stepFor(command: string): Step | null {
  const [program, verb, ...words] = command.split(" ");
  if (program === "chmod") return (app) => chmod(openEnvironment(app).project.envFile, 0o600);
  if (program !== "goat-dev") return null;
  if (verb === "up" && words.length === 0) return (app) => up(upInput, app);
  if (verb === "restart") {
    const services = words.filter((word) => !word.startsWith("--"));
    const hard = words.includes("--hard");
    return (app) => restart({ services, hard, example: false, takeOver: false, yes: false }, app);
  }
  if (verb === "db" && words.join(" ") === "set-password") {
    return (app) => setPassword({ takeOver: false, yes: false }, app);
  }
  return null;
}

const upInput = {
  services: [],
  demo: false,
  build: false,
  set: [],
  example: "never",
  takeOver: false,
  yes: false,
} as const;
