import { GoatError } from "../errors/goat-error.ts";
import { unsendable } from "../litellm/key.ts";
import type { Environment } from "../stack/load.ts";
import type { Context } from "./command.ts";
import { shortPath } from "./session.ts";

const variable = "LITELLM_MASTER_KEY";

/** The gateway's key, where no HTTP header can carry it, with its place; null where it can be sent. */
export const keyMistake = (key: string, environment: Environment, context: Context): GoatError | null => {
  const mistake = unsendable(key);
  if (mistake === null) return null;
  const { place, file } = placeOf(environment, context);
  return new GoatError("gateway-key-invalid", `${place} holds ${mistake}, which no HTTP header can carry`, {
    fixes: [{ command: file, effect: "letters, digits and - will do; LiteLLM wants sk- at its start" }],
  });
};

/** Throws gateway-key-invalid. */
export const refuseKey = (key: string, environment: Environment, context: Context): void => {
  const mistake = keyMistake(key, environment, context);
  if (mistake !== null) throw mistake;
};

const placeOf = (
  { project, lines }: Environment,
  context: Context,
): { readonly place: string; readonly file: string } => {
  const line = lines[variable];
  if (context.env[variable] !== undefined) {
    return { place: `${variable} of this shell`, file: `unset ${variable}` };
  }
  const path = shortPath(context, line === undefined ? (project.composeFiles[0] ?? "") : project.envFile);
  const at = line === undefined ? path : `${path}:${line}`;
  return { place: `${at} ${variable}`, file: `$EDITOR ${line === undefined ? "" : `+${line} `}${path}` };
};
