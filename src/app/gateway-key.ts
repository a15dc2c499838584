import { GoatError } from "../errors/goat-error.ts";
import { unsendable } from "../litellm/key.ts";
import { shortPath } from "../platform/format.ts";
import type { App } from "./app.ts";
import type { Environment } from "./read-environment.ts";

const variable = "LITELLM_MASTER_KEY";

/**
 * The error for a gateway key that no HTTP header can carry; it names where the key is set. Null where the key can be
 * sent.
 */
export function keyMistake(key: string, environment: Environment, app: App): GoatError | null {
  const mistake = unsendable(key);
  if (mistake === null) return null;
  const { place, file } = placeOf(environment, app);
  return new GoatError("gateway-key-invalid", `${place} holds ${mistake}, which no HTTP header can carry`, {
    fixes: [{ command: file, effect: "letters, digits and - will do; LiteLLM wants sk- at its start" }],
  });
}

function placeOf({ project, places }: Environment, app: App): { readonly place: string; readonly file: string } {
  const found = places[variable];
  if (app.env[variable] !== undefined) {
    return { place: `${variable} of this shell`, file: `unset ${variable}` };
  }
  const path = shortPath(app, found?.file ?? project.composeFiles[0] ?? "");
  const at = found === undefined ? path : `${path}:${found.line}`;
  return { place: `${at} ${variable}`, file: `$EDITOR ${found === undefined ? "" : `+${found.line} `}${path}` };
}

/**
 * The error for a key that LiteLLM does not accept, as it does not begin with sk-. Null for an empty key, which
 * LiteLLM's config may set.
 */
export function keyFormMistake(key: string, environment: Environment, app: App): GoatError | null {
  if (key === "" || key.startsWith("sk-")) return null;
  const { place, file } = placeOf(environment, app);
  const why = "has to begin with sk-, or LiteLLM does not accept it as a key";
  const effect = "letters, digits and - after sk-, eight or more; then goat-dev up";
  return new GoatError("gateway-key-invalid", `${place} ${why}`, { fixes: [{ command: file, effect }] });
}

/** Throws gateway-key-invalid where no HTTP header can carry the key. */
export function refuseKey(key: string, environment: Environment, app: App): void {
  const mistake = keyMistake(key, environment, app);
  if (mistake !== null) throw mistake;
}
