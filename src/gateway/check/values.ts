import { unsendable } from "../../litellm/key.ts";
import { list, looksSecret } from "../../platform/text.ts";
import { scalarsOf } from "../edit/yaml-source.ts";
import { placeholderIn } from "../routes.ts";
import type { Finder } from "./finder.ts";
import type { Surroundings } from "./surroundings.ts";

const reference = "os.environ/";

/** Set by the Compose file, whatever .env says. */
const given = ["DATABASE_URL", "LITELLM_MASTER_KEY"];

/** What values say about variables and secrets. */
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

/** What is wrong with the gateway's own key; null where nothing is. */
export function masterKeyProblem(key: string): string | null {
  if (key === "") return "LITELLM_MASTER_KEY is empty: LiteLLM would let everybody in";
  const mistake = unsendable(key);
  if (mistake !== null) return `LITELLM_MASTER_KEY holds ${mistake}, which no HTTP header can carry`;
  if (!key.startsWith("sk-")) return "LITELLM_MASTER_KEY has to begin with sk-, or LiteLLM takes it for no key";
  const weak = ["sk-1234"];
  return weak.includes(key) ? `LITELLM_MASTER_KEY is ${list(weak)}, which newer LiteLLM refuses to start with` : null;
}
