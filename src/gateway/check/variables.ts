import { looksSecret } from "../../platform/text.ts";
import { fieldOf, itemsOf, scalarsOf, scalarText } from "../edit/yaml-source.ts";
import { keyVariables, prefixOf } from "../providers.ts";
import { placeholderIn } from "../routes.ts";
import { isPattern, smallModelOf } from "../wildcards.ts";
import type { Finder } from "./finder.ts";
import type { Surroundings } from "./finding.ts";

const reference = "os.environ/";

/** Checks the config's values: references to variables, secrets that are written out, and placeholders. */
export function checkValues(root: unknown, around: Surroundings, found: Finder): void {
  for (const { path, value, node } of scalarsOf(root)) {
    if (typeof value !== "string") continue;
    const name = path.at(-1) ?? "";
    if (value.startsWith(reference)) checkReference(value.slice(reference.length), node, around, found);
    else if (/^\$\{?\w+\}?$|^os\.environ\b/.test(value)) {
      found.add("error", node, `LiteLLM takes this for the text itself: a variable is written ${reference}NAME`);
    } else if (isSecret(name, value)) {
      found.add("error", node, `a secret is written out here: put it into .env, and ${reference}NAME in its place`);
    } else if (name === "api_base" && placeholderIn(value) !== null) {
      found.add("note", node, `${placeholderIn(value)} is to be filled in: goat-dev models enable NAME --workspace …`);
    }
  }
}

/** Parameters with which a route does not need the provider's default key variable. */
const otherWays = [
  "api_key",
  "litellm_credential_name",
  "mock_response",
  "azure_ad_token",
  "client_id",
  "azure_username",
];

/** Checks what routes imply: a key that LiteLLM looks up by itself, and the models that `*` stands for. */
export function checkKeys(root: unknown, around: Surroundings, found: Finder): void {
  for (const item of itemsOf(fieldOf(root, "model_list")?.value)) {
    const params = fieldOf(item, "litellm_params")?.value;
    const model = fieldOf(params, "model")?.value;
    const [name, upstream] = [scalarText(fieldOf(item, "model_name")?.value) ?? "", scalarText(model) ?? ""];
    const key = keyVariables[prefixOf(upstream) ?? ""];
    const isLetIn = otherWays.some((field) => fieldOf(params, field) !== undefined);
    if (key !== undefined && !isLetIn) checkReference(key, model, around, found);
    if (!isPattern(name)) continue;
    const small = smallModelOf({ name, upstream }, around.variables);
    const which = small === null ? "EVAL_MODEL names the one that goat-dev up asks" : `goat-dev up asks ${small}`;
    found.add("note", model, `${name} stands for many models: ${which}`);
  }
}

/** Set by the Compose file, whatever .env says. */
const given = ["DATABASE_URL", "LITELLM_MASTER_KEY"];

function checkReference(name: string, node: unknown, around: Surroundings, found: Finder): void {
  if (!/^[A-Za-z_]\w*$/.test(name)) {
    found.add("error", node, `${JSON.stringify(name)} is no name of a variable`);
    return;
  }
  if (around.passed !== null && !around.passed.includes(name)) {
    found.add("error", node, `${name} does not reach this gateway: ${around.passedBy} does not pass it on`);
    return;
  }
  const isSet = around.stateless || (around.variables[name] ?? "") !== "";
  if (!isSet && !given.includes(name)) found.add("note", node, `${name} is not set in .env`);
}

function isSecret(name: string, value: string): boolean {
  return (
    (looksSecret(name) && value.length >= 16 && !/\s/.test(value)) ||
    /(?:^|[^a-z])(?:sk|gsk|xai)-[\w-]{16,}/i.test(value)
  );
}
