import { createHmac } from "node:crypto";
import { messageOf } from "../errors/describe.ts";
import { type Fix, GoatError } from "../errors/goat-error.ts";
import { withNamelessFile } from "../platform/files.ts";
import { list } from "../platform/text.ts";
import type { ModalCli } from "./cli.ts";

/** Secret -> the variables that it holds. */
export type SecretTable = Readonly<Record<string, readonly string[]>>;

type Variables = Readonly<Record<string, string | undefined>>;

/** One secret as it would be written. */
export interface SecretPlan {
  readonly name: string;
  /** All variables of the secret. One that is not set is written empty, so that the app finds its name. */
  readonly values: Readonly<Record<string, string>>;
  readonly set: readonly string[];
  readonly unset: readonly string[];
  /** A salted hash of the values: shows a change without storing them. */
  readonly hash: string;
  /** `unchanged` only where it was written from this project and is still there. */
  readonly change: "new" | "replaced" | "unchanged";
}

/** Variables that work only together: some of a group is a mistake, none of it is the user's choice. */
const together: readonly (readonly string[])[] = [
  ["AZURE_API_KEY", "AZURE_API_BASE"],
  ["LANGFUSE_HOST", "LANGFUSE_PUBLIC_KEY", "LANGFUSE_SECRET_KEY"],
];

/** Master keys that everybody knows: the template's, and the one in LiteLLM's documentation. */
const knownKeys = ["sk-dev-key", "sk-1234"];

interface Incomplete {
  readonly why: string;
  readonly fix: Fix;
}

/** Reads dev/modal-secrets.json. Throws internal: the file is the package's own. */
export function readSecretTable(text: string, file: string): SecretTable {
  const isNames = (value: unknown): value is readonly string[] =>
    Array.isArray(value) && value.every((name) => typeof name === "string");
  try {
    const { secrets }: { readonly secrets?: unknown } = JSON.parse(text);
    if (typeof secrets === "object" && secrets !== null && Object.values(secrets).every(isNames)) {
      return { ...secrets } as SecretTable;
    }
    throw new Error("it has no table of secrets");
  } catch (error) {
    throw new GoatError("internal", `${file} cannot be read`, { evidence: [messageOf(error)] });
  }
}

/** Plans each secret: its values, and what writing it would change. `there` names the secrets that Modal has. */
export function planSecrets(
  table: SecretTable,
  variables: Variables,
  there: readonly string[],
  kept: { readonly salt: string; readonly hashes: Readonly<Record<string, string>> },
): readonly SecretPlan[] {
  return Object.entries(table).map(([name, keys]) => {
    const values = Object.fromEntries(keys.map((key) => [key, (variables[key] ?? "").trim()]));
    const set = keys.filter((key) => values[key] !== "");
    const hash = hashOf(values, kept.salt);
    const change = !there.includes(name) ? "new" : kept.hashes[name] === hash ? "unchanged" : "replaced";
    return { name, values, set, unset: keys.filter((key) => values[key] === ""), hash, change };
  });
}

function hashOf(values: Readonly<Record<string, string>>, salt: string): string {
  return createHmac("sha256", Buffer.from(salt, "hex"))
    .update(JSON.stringify(Object.entries(values).toSorted(([left], [right]) => (left < right ? -1 : 1))))
    .digest("hex");
}

/** Throws one modal-secret-incomplete for all secrets that would not work; does nothing where there are none. */
export function refuseIncomplete(plans: readonly SecretPlan[], envFile: string): void {
  const problems = plans.flatMap((plan) =>
    problemsOf(plan, envFile).map((problem) => ({ name: plan.name, ...problem })),
  );
  const [first] = problems;
  if (first === undefined) return;
  throw new GoatError("modal-secret-incomplete", `the secret ${first.name} would not work: ${first.why}`, {
    evidence: problems.slice(1).map(({ name, why }) => `${name}: ${why}`),
    fixes: problems.map(({ fix }) => fix),
  });
}

function problemsOf(plan: SecretPlan, envFile: string): readonly Incomplete[] {
  return [...masterProblems(plan, envFile), ...partnerProblems(plan, envFile)];
}

function masterProblems({ values }: SecretPlan, envFile: string): readonly Incomplete[] {
  const key = values["LITELLM_MASTER_KEY"];
  if (key === undefined) return [];
  const effect = `makes one that nobody can guess: with sk- before it, as LITELLM_MASTER_KEY in ${envFile}`;
  const fix = { command: "openssl rand -hex 24", effect };
  if (key === "") return [{ why: "LITELLM_MASTER_KEY is not set", fix }];
  if (knownKeys.includes(key)) {
    return [{ why: "everybody knows this LITELLM_MASTER_KEY, and the cloud's gateway is open to the internet", fix }];
  }
  const isWeak = !key.startsWith("sk-") || key.length < 8;
  return isWeak ? [{ why: "LITELLM_MASTER_KEY does not begin with sk-, or is too short", fix }] : [];
}

/** Langfuse's group counts only with LANGFUSE_HOST: without it, the keys are the local stack's, and no mistake. */
function partnerProblems({ values, set }: SecretPlan, envFile: string): readonly Incomplete[] {
  return together.flatMap((group) => {
    const present = group.filter((key) => set.includes(key));
    const missing = group.filter((key) => values[key] === "");
    const isBegun = group[0] === "LANGFUSE_HOST" ? present.includes("LANGFUSE_HOST") : present.length > 0;
    if (!isBegun || missing.length === 0) return [];
    const fix = { command: `set ${list(missing)} in ${envFile}`, effect: `or take ${list(present)} out` };
    return [{ why: `it has ${list(present)}, but not ${list(missing)}`, fix }];
  });
}

/** Writes one secret; the CLI reads its values from a nameless open file. Throws what the CLI's output stands for. */
export async function writeSecret(cli: ModalCli, { name, values }: SecretPlan, folder: string): Promise<void> {
  await withNamelessFile(folder, JSON.stringify(values), (inputFd) =>
    cli.ask({
      args: ["secret", "create", name, "--from-json", "/dev/stdin", "--force", "--env", cli.environment],
      inputFd,
      limitMs: 60_000,
    }),
  );
}
