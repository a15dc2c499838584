import { randomBytes } from "node:crypto";
import { GoatError } from "../../errors/goat-error.ts";
import { masterKeyProblem } from "../../gateway/check/config-file.ts";
import { shortPath } from "../../platform/format.ts";
import { list, looksSecret, nearest } from "../../platform/text.ts";
import { updateEnvFile } from "../../project/env-file.ts";
import { azureBaseMistake, keyMistake } from "../../project/key-form.ts";
import { type Provider, providers } from "../../project/keys.ts";
import type { App } from "../app.ts";
import { openEnvironment } from "../project.ts";

export interface SetKeyInput {
  /** A provider, or a variable. */
  readonly which: string;
  /** What was piped in, with --stdin; null where it is asked for. */
  readonly piped: string | null;
}

export interface SetKeyReport {
  readonly ok: true;
  readonly variables: readonly string[];
  /** The file that they were written to. */
  readonly file: string;
}

const gatewayKey = "LITELLM_MASTER_KEY";

/**
 * Asks for a key, hidden, and writes it into .env, in place. Throws usage, provider-key-invalid, gateway-key-invalid,
 * file-unwritable.
 */
export async function setKey({ which, piped }: SetKeyInput, app: App): Promise<SetKeyReport> {
  const { provider, variables } = meant(which);
  const values = piped === null ? await askFor(variables, provider, app) : fromPipe(variables, piped);
  for (const [name, value] of Object.entries(values)) refuseMistake(name, value, provider);
  const environment = openEnvironment(app);
  const { envFile } = environment.project;
  app.addSecrets(Object.entries(values).map(([name, value]) => ({ name, value })));
  await updateEnvFile(envFile, values);
  for (const name of variables) {
    if (app.env[name] === undefined) continue;
    const text = `${name} of this shell wins over .env: unset ${name}`;
    app.emit({ type: "notice", level: "warning", text });
  }
  return { ok: true, variables: Object.keys(values), file: shortPath(app, envFile) };
}

interface Meant {
  readonly provider: Provider | null;
  readonly variables: readonly string[];
}

function meant(which: string): Meant {
  const provider = providers.find(({ id, name }) => [id, name.toLowerCase()].includes(which.toLowerCase()));
  if (provider !== undefined) return { provider, variables: provider.variables };
  const owner = providers.find(({ variables }) => variables.includes(which)) ?? null;
  if (owner !== null || (/^[A-Z][A-Z0-9_]*$/.test(which) && looksSecret(which)))
    return { provider: owner, variables: [which] };
  const near = nearest(which, [...providers.map(({ id }) => id), gatewayKey]);
  throw new GoatError(
    "usage",
    `${JSON.stringify(which)} is neither ${list(
      providers.map(({ id }) => id),
      "or",
    )} nor the name of a key`,
    {
      fixes: [{ command: `goat-dev keys set ${near ?? "groq"}`, effect: "asks for its key" }],
    },
  );
}

async function askFor(
  variables: readonly string[],
  provider: Provider | null,
  { ask }: App,
): Promise<Readonly<Record<string, string>>> {
  if (ask === null) {
    throw new GoatError("usage", `nobody is here to ask for ${list(variables)}`, {
      fixes: [{ command: `goat-dev keys set ${variables[0]} --stdin`, effect: "reads it from what is piped in" }],
    });
  }
  const values: Record<string, string> = {};
  for (const name of variables) {
    const from = provider === null ? "" : ` (from ${provider.url})`;
    const typed = name.endsWith("_BASE")
      ? await ask.input(`${name} (such as https://NAME.openai.azure.com)`)
      : await ask.secret(`${name}${from}`);
    values[name] = typed.trim() === "" && name === gatewayKey ? ownKey() : typed.trim();
  }
  return values;
}

/** The piped values: a line for each variable, in their order. */
function fromPipe(variables: readonly string[], piped: string): Readonly<Record<string, string>> {
  const lines = piped.trim().split(/\r?\n/);
  return Object.fromEntries(variables.map((name, index) => [name, lines[index]?.trim() ?? ""]));
}

function ownKey(): string {
  return `sk-${randomBytes(24).toString("hex")}`;
}

function refuseMistake(name: string, value: string, provider: Provider | null): void {
  if (name === gatewayKey) {
    const mistake = masterKeyProblem(value);
    if (mistake === null) return;
    throw new GoatError("gateway-key-invalid", mistake, { fixes: [again(name, "letters, digits and - after sk-")] });
  }
  const mistake = name.endsWith("_BASE") ? azureBaseMistake(value) : keyMistake(value, provider?.name ?? "");
  if (value === "" || mistake !== null) {
    const why = value === "" ? "is empty" : name.endsWith("_BASE") ? mistake : `holds ${mistake}`;
    const effect = provider === null ? "asks again" : `asks again; they come from ${provider.url}`;
    throw new GoatError("provider-key-invalid", `${name} ${why}: nothing was written`, {
      fixes: [again(name, effect)],
    });
  }
}

function again(name: string, effect: string) {
  return { command: `goat-dev keys set ${name}`, effect };
}
