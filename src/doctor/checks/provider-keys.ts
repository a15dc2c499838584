import { list } from "../../platform/text.ts";
import { type Keys, noProviderKey } from "../../project/keys.ts";
import { type CheckResult, ok, problem } from "../check.ts";

/** At least one provider has what its calls need. */
export const checkProviderKeys = (keys: Keys, envFile: string): CheckResult => {
  if (keys.usable.length === 0) return problem(noProviderKey(keys, envFile));
  const half = keys.halfSet.map(({ provider, missing }) => `${provider.id} lacks ${list(missing)}`);
  return ok([`${list(keys.usable.map(({ id }) => id))} key set`, ...half].join(" · "));
};
