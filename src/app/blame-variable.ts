import { GoatError } from "../errors/goat-error.ts";
import { shortPath } from "../platform/format.ts";
import { looksSecret } from "../platform/text.ts";
import type { App } from "./app.ts";
import type { Environment } from "./read-environment.ts";

/**
 * Where a Compose error comes from a value in .env, returns an error that points at that line of .env, since the
 * Compose file itself only names the variable. Returns every other error unchanged.
 */
export function blameVariable(error: unknown, { written, places }: Environment, app: App): unknown {
  if (!(error instanceof GoatError) || error.code !== "compose-invalid") return error;
  const said = [error.message, ...error.evidence].join("\n");
  const culprit = Object.entries(written).find(
    ([name, value]) => value !== "" && !looksSecret(name) && places[name] !== undefined && said.includes(`"${value}"`),
  );
  const place = culprit === undefined ? undefined : places[culprit[0]];
  if (culprit === undefined || place === undefined) return error;
  const [name, value] = culprit;
  const file = shortPath(app, place.file);
  return new GoatError(
    "compose-invalid",
    `${file}:${place.line} ${name} is ${JSON.stringify(value)}: ${error.message}`,
    {
      evidence: error.evidence,
      fixes: [{ command: `$EDITOR +${place.line} ${file}`, effect: "then: goat-dev up" }, ...error.fixes],
      cause: error,
    },
  );
}
