import { masterKeyProblem } from "../../gateway/check/config-file.ts";
import { askProvider, type KeyVerdict } from "../../gateway/provider-keys.ts";
import { shortPath } from "../../platform/format.ts";
import { azureBaseMistake, keyMistake } from "../../project/key-form.ts";
import { providers } from "../../project/keys.ts";
import type { App } from "../app.ts";
import { keyContext } from "../key-context.ts";
import { openEnvironment } from "../project.ts";
import type { Environment } from "../read-environment.ts";

export interface KeysInput {
  /** Ask each provider whether it accepts the key. */
  readonly online: boolean;
}

/** Every key that the stack may need; never a value. */
export interface KeysReport {
  readonly keys: readonly KeyRow[];
  /** Why a key that somebody has written does not count. */
  readonly notes: readonly string[];
}

export interface KeyRow {
  readonly variable: string;
  /** The provider that the key is for, or "this gateway". */
  readonly provider: string;
  /** `.env:12`, `shell`; null where it is not set. */
  readonly from: string | null;
  readonly verdict: "missing" | "mistaken" | "set" | "accepted" | "refused";
  /** What is wrong with it, or what the provider said. */
  readonly why: string | null;
}

/**
 * Which keys are set, from where, and whether their form is right; with `online` also what each provider says of its
 * key.
 */
export async function keys({ online }: KeysInput, app: App): Promise<KeysReport> {
  const environment = openEnvironment(app);
  const { notes } = keyContext(environment, app);
  const rows = providers.map(async ({ id, name, variables }) => {
    const own = variables.map((variable) => rowFor(variable, name, environment, app));
    const canAsk = online && own.every(({ verdict }) => verdict === "set");
    if (!canAsk) return own;
    const said = await askProvider(id, environment.variables, app.signal);
    return own.map((row, index) => (index === 0 ? { ...row, ...withVerdict(said) } : row));
  });
  return { keys: [masterRow(environment, app), ...(await Promise.all(rows)).flat()], notes };
}

function masterRow(environment: Environment, app: App): KeyRow {
  const variable = "LITELLM_MASTER_KEY";
  const key = environment.variables[variable] ?? "";
  const row = { variable, provider: "this gateway", from: fromOf(variable, environment, app) };
  if (key === "") return { ...row, verdict: "set", why: "the Compose file's default" };
  const why = masterKeyProblem(key);
  return { ...row, verdict: why === null ? "set" : "mistaken", why };
}

function rowFor(variable: string, provider: string, environment: Environment, app: App): KeyRow {
  const value = environment.variables[variable]?.trim() ?? "";
  const row = { variable, provider, from: fromOf(variable, environment, app) };
  if (value === "") return { ...row, from: null, verdict: "missing", why: null };
  const isBase = variable.endsWith("_BASE");
  const mistake = isBase ? azureBaseMistake(value) : keyMistake(value, provider);
  if (mistake === null) return { ...row, verdict: "set", why: null };
  return { ...row, verdict: "mistaken", why: isBase ? mistake : `holds ${mistake}` };
}

function fromOf(variable: string, { places }: Environment, app: App): string | null {
  if (app.env[variable] !== undefined) return "shell";
  const place = places[variable];
  return place === undefined ? null : `${shortPath(app, place.file)}:${place.line}`;
}

function withVerdict(said: KeyVerdict): Pick<KeyRow, "verdict" | "why"> {
  if (said.state === "accepted") return { verdict: "accepted", why: said.remark };
  if (said.state === "refused") return { verdict: "refused", why: said.words };
  return { verdict: "set", why: `could not be asked: ${said.why}` };
}
