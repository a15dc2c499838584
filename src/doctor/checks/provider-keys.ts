import { GoatError } from "../../errors/goat-error.ts";
import { list } from "../../platform/text.ts";
import { type Keys, providers } from "../../project/keys.ts";
import { type CheckResult, ok, problem } from "../check.ts";

/** At least one provider has what its calls need. */
export function checkProviderKeys(keys: Keys, envFile: string): CheckResult {
  if (keys.usable.length === 0) return problem(noProviderKey(keys, envFile));
  const half = keys.halfSet.map(({ provider, missing }) => `${provider.id} lacks ${list(missing)}`);
  return ok([`${list(keys.usable.map(({ id }) => id))} key set`, ...half].join(" · "));
}

/** The error where no provider has its keys; names the variables and the file, never a value. */
export function noProviderKey(keys: Keys, envFile: string): GoatError {
  const evidence = keys.halfSet.map(({ provider, missing }) => `${provider.name}: ${list(missing)} is missing`);
  const wanted = providers.map(({ variables }) => variables.join(" with "));
  return new GoatError("no-provider-key", `no provider key in ${envFile}: set one of ${list(wanted, "or")}`, {
    evidence: [...evidence, ...keys.notes],
    fixes: [
      { command: `set GROQ_API_KEY=… in ${envFile}`, effect: "any one of these variables will do" },
      { command: "goat-dev up", effect: "on a terminal asks for a key and saves it" },
      { command: "goat-dev up --demo", effect: "needs no key: the models answer from the config" },
    ],
  });
}
