import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { expect, test } from "vitest";
import { tempFolder, writeFiles } from "../support/temp.ts";
import { type Answer, ours, type Question, theirs } from "./compose.ts";
import { envText, type ServiceText, service } from "./generate.ts";
import { normalised } from "./normalise.ts";

const count = Number(process.env["GOAT_DEV_DIFFERENTIAL"] ?? 5_000);
// One commit is judged by one set of cases; by hand, other seeds look further.
const seed = Number(process.env["GOAT_DEV_SEED"] ?? 217_684);
const batch = 250;

const shell = { SET: "set value", EMPTY: "", TRUE: "true" };

/** One service, read among many others; an env file of its own where its text is not empty. */
interface Case {
  readonly service: ServiceText;
  readonly env: string;
}

test(`${count} generated services and env files must be read as Compose reads them (seed ${seed})`, {
  timeout: 3_600_000,
}, async () => {
  const arbitrary = fc.record({
    service,
    env: fc.oneof({ weight: 2, arbitrary: fc.constant("") }, { weight: 1, arbitrary: envText }),
  });
  const cases = fc.sample(arbitrary, { numRuns: count, seed });
  const differences: string[] = [];
  for (let at = 0; at < cases.length && differences.length < 20; at += batch) {
    differences.push(...(await differencesOf(cases.slice(at, at + batch))));
  }
  expect(differences.join("\n\n")).toBe("");
});

async function differencesOf(cases: readonly Case[]): Promise<readonly string[]> {
  if ("config" in (await ours(place(cases)))) return compare(cases);
  const refusals = await Promise.all(cases.map(async (one) => (await ours(place([one]))) as { refused?: string }));
  const taken = cases.filter((_, index) => refusals[index]?.refused === undefined);
  const refused = cases.filter((_, index) => refusals[index]?.refused !== undefined);
  const found = [...(await compare(taken))];
  for (const one of refused) {
    const answer = await theirs(place([one]));
    const why = refusals[cases.indexOf(one)]?.refused ?? "";
    if ("config" in answer) found.push(`goat-dev refuses, Compose takes: ${why}\n${textOf(one)}`);
  }
  return found;
}

/** Of services that goat-dev takes: one Compose process for all; where it refuses, halves find out which. */
async function compare(cases: readonly Case[]): Promise<readonly string[]> {
  if (cases.length === 0) return [];
  const question = place(cases);
  const [mine, composes] = await Promise.all([ours(question), theirs(question)]);
  if ("refused" in composes) {
    const half = Math.ceil(cases.length / 2);
    if (cases.length > 1) return [...(await compare(cases.slice(0, half))), ...(await compare(cases.slice(half)))];
    const [one] = cases;
    return one === undefined ? [] : [`goat-dev takes, Compose refuses: ${composes.refused}\n${textOf(one)}`];
  }
  if ("refused" in mine) return [`taken one by one, refused together: ${mine.refused}`];
  const found: string[] = [];
  for (const [index, one] of cases.entries()) {
    const [left, right] = [serviceOf(mine, index), serviceOf(composes, index)];
    if (left !== right) found.push(told(one, left, right));
  }
  return found;
}

function serviceOf(answer: Answer, index: number): string {
  if (!("config" in answer)) throw new Error(answer.refused);
  const { services } = answer.config as { readonly services: Readonly<Record<string, unknown>> };
  return normalised({ services: { case: services[`case-${index}`] } });
}

function place(cases: readonly Case[]): Question {
  const files = Object.fromEntries(cases.map(({ env }, index) => [`case-${index}.env`, env]));
  const folder = writeFiles(tempFolder(), { "compose.yaml": fileOf(cases), ...files });
  return { folder, files: ["compose.yaml"], shell };
}

function fileOf(cases: readonly Case[]): string {
  const services = cases.map(({ service: keys, env }, index) => {
    const lines = Object.entries({ ...keys, ...(env === "" ? {} : { env_file: `case-${index}.env` }) });
    return `  case-${index}:\n${lines.map(([key, value]) => `    ${key}: ${value}`).join("\n")}`;
  });
  const rest = "networks: { back: {} }\nvolumes: { data: {} }";
  return `name: generated\nservices:\n  base: { image: base }\n  db: { image: db }\n${services.join("\n")}\n${rest}\n`;
}

/** Only the keys of which each makes something else, under the service's text. */
function told(one: Case, mine: string, composes: string): string {
  const [left, right] = [mine, composes].map((text) => parsed(text));
  const keys = Object.keys({ ...left, ...right }).filter((key) => !isDeepStrictEqual(left?.[key], right?.[key]));
  const shown = keys.map(
    (key) => `  ${key}: ${JSON.stringify(left?.[key])}\n  Compose: ${JSON.stringify(right?.[key])}`,
  );
  return [textOf(one), ...shown].join("\n");
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  return (JSON.parse(text) as { readonly services: { readonly case: Record<string, unknown> } }).services.case;
}

function textOf({ service: keys, env }: Case): string {
  const lines = Object.entries(keys).map(([key, value]) => `${key}: ${value}`);
  return [...lines, ...(env === "" ? [] : [`env_file: ${JSON.stringify(env)}`])].join("\n");
}
