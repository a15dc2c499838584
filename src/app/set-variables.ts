import { GoatError } from "../errors/goat-error.ts";
import { templateKeys } from "../model/template-keys.ts";
import { shortPath } from "../platform/format.ts";
import { list, looksSecret } from "../platform/text.ts";
import { takeOutOfEnvFile, updateEnvFile } from "../project/env-file.ts";
import type { App } from "./app.ts";
import { openEnvironment } from "./project.ts";
import type { Environment } from "./read-environment.ts";

/**
 * Writes `NAME=value` into .env, in place, and says so. Returns the environment, read again. Throws usage,
 * file-unwritable.
 */
export async function setVariables(
  written: readonly string[],
  environment: Environment,
  app: App,
): Promise<Environment> {
  if (written.length === 0) return environment;
  const { envFile } = environment.project;
  const edits = Object.fromEntries(written.map(assignmentIn));
  await updateEnvFile(envFile, edits);
  for (const [name, value] of Object.entries(edits)) {
    app.emit({ type: "notice", level: "info", text: `${shortPath(app, envFile)}: ${name}=${value}` });
    if (app.env[name] === undefined || app.env[name] === value) continue;
    const text = `${name} of this shell wins over .env: unset ${name}`;
    app.emit({ type: "notice", level: "warning", text });
  }
  return openEnvironment(app);
}

/**
 * Takes lines out of .env that an earlier run added, and says so. Returns the environment, read again. Throws
 * file-unwritable.
 */
export async function takeOutVariables(
  comments: Readonly<Record<string, string | null>>,
  environment: Environment,
  app: App,
): Promise<Environment> {
  const names = Object.keys(comments);
  if (names.length === 0) return environment;
  const { envFile } = environment.project;
  await takeOutOfEnvFile(envFile, comments);
  app.emit({ type: "notice", level: "info", text: `${shortPath(app, envFile)}: without ${list(names)} again` });
  return openEnvironment(app);
}

function assignmentIn(written: string): readonly [string, string] {
  const [, name, value] = /^([A-Za-z_]\w*)=(.*)$/s.exec(written) ?? [];
  if (name === undefined || value === undefined) {
    throw new GoatError("usage", `--set is ${JSON.stringify(written)}, and should be NAME=value`, {
      fixes: [{ command: "goat-dev up --set LITELLM_PORT=4001", effect: "writes that line into .env, and goes on" }],
    });
  }
  // Every program on this machine can see a command's arguments, and the shell keeps them in its history.
  if (!looksSecret(name) || isTemplateKey(value)) return [name, value];
  throw new GoatError("usage", `${name} is a secret, which no command line should hold`, {
    fixes: [{ command: "$EDITOR .env", effect: `a line reads ${name}=…` }],
  });
}

function isTemplateKey(value: string): boolean {
  return Object.values<string>(templateKeys).includes(value);
}
