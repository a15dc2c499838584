import { type CheckResult, ok, problem, warning } from "../../doctor/check.ts";
import { GoatError } from "../../errors/goat-error.ts";
import { askProvider } from "../../gateway/provider-keys.ts";
import { list } from "../../platform/text.ts";
import { type Provider, readKeys } from "../../project/keys.ts";
import type { App } from "../app.ts";
import { keyContext } from "../key-context.ts";
import type { Environment } from "../read-environment.ts";

/** Asks each provider whether it accepts its key: all at once, and at no cost. */
export async function askProviders(environment: Environment, app: App): Promise<readonly CheckResult[]> {
  const { usable } = readKeys(environment.variables);
  return Promise.all(usable.map((provider) => ask(provider, environment, app)));
}

async function ask({ id, name, variables, url }: Provider, environment: Environment, app: App): Promise<CheckResult> {
  const verdict = await askProvider(id, environment.variables, app.signal);
  if (verdict.state === "accepted") {
    return ok(`${name} accepts ${variables[0]}${verdict.remark === null ? "" : `, and ${verdict.remark}`}`);
  }
  if (verdict.state === "unknown") return warning(`${name} could not be asked about ${variables[0]}: ${verdict.why}`);
  const { places } = keyContext(environment, app);
  const key = variables[0] ?? "";
  const place = places[key];
  const message = `${name} refuses ${list(variables)}${place === undefined ? "" : ` (${place.text})`}`;
  return problem(
    new GoatError("provider-key-refused", message, {
      evidence: [verdict.words],
      fixes: [
        place?.mend.startsWith("unset") === true
          ? { command: place.mend, effect: "lets the line of .env count" }
          : { command: `goat-dev keys set ${id}`, effect: `asks for another, hidden; they come from ${url}` },
      ],
    }),
  );
}
