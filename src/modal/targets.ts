import { messageOf } from "../errors/describe.ts";
import { GoatError } from "../errors/goat-error.ts";
import { list, nearest } from "../platform/text.ts";

/** One app that goes to Modal. */
export interface Target {
  /** As it is typed: `services`, or a model's key. */
  readonly name: string;
  readonly app: string;
  /** The function that answers requests. */
  readonly webFunction: string;
  /** In scripts/. */
  readonly script: string;
  /** What tells the script which model is meant. */
  readonly variables: Readonly<Record<string, string>>;
  readonly secrets: readonly string[];
  /** Seconds that a start takes with its files in place, and the limit for any start; assumed, not measured. */
  readonly startSeconds: number;
  readonly limitSeconds: number;
  /** What it runs on, such as `4 × A10G`; null for no GPU. */
  readonly gpu: string | null;
}

export const gatewayTarget: Target = {
  name: "services",
  app: "goat-services",
  webFunction: "litellm",
  script: "modal_services.py",
  variables: {},
  secrets: ["goat-litellm", "goat-llm-providers"],
  startSeconds: 30,
  limitSeconds: 600,
  gpu: null,
};

/** Every model that vLLM serves, from dev/vllm-models.json. Throws internal: the file is the package's own. */
export function readTargets(text: string, file: string): readonly Target[] {
  try {
    const { models }: { readonly models?: unknown } = JSON.parse(text);
    if (Array.isArray(models)) return models.map(targetOf);
    throw new Error("it has no list of models");
  } catch (error) {
    throw new GoatError("internal", `${file} cannot be read`, { evidence: [messageOf(error)] });
  }
}

function targetOf(entry: Readonly<Record<string, unknown>>): Target {
  const text = (field: string): string => {
    const value = entry[field];
    if (typeof value === "string" && value !== "") return value;
    throw new Error(`an entry lacks ${field}`);
  };
  const count = (field: string): number => {
    const value = entry[field];
    if (typeof value === "number" && Number.isSafeInteger(value) && value > 0) return value;
    throw new Error(`an entry lacks ${field}`);
  };
  const [key, script, gpus] = [text("key"), text("script"), count("gpuCount")];
  return {
    name: key,
    app: text("app"),
    webFunction: "serve",
    script,
    variables: { [script === "modal_gpt_oss.py" ? "GPT_OSS_MODEL" : "VLLM_MODEL"]: key },
    secrets: entry["gated"] === true ? ["goat-hf-token"] : [],
    startSeconds: count("coldStartSeconds"),
    limitSeconds: count("startupSeconds"),
    gpu: gpus === 1 ? text("modalGpu") : `${gpus} × ${text("modalGpu")}`,
  };
}

/** The targets that these words name, each once, in the order of the table. Throws modal-target-unknown. */
export function chooseTargets(words: readonly string[], all: readonly Target[], command: string): readonly Target[] {
  for (const word of words) if (!all.some((target) => names(target, word))) throw unknownTarget(word, all, command);
  return all.filter((target) => words.some((word) => names(target, word)));
}

/** A model goes by its key, its app, or the name that programs ask for. */
function names({ name, app }: Target, word: string): boolean {
  return word === name || word === app || word.replaceAll(".", "-") === `${name}-local`;
}

function unknownTarget(word: string, all: readonly Target[], command: string): GoatError {
  const there = all.map(({ name }) => name);
  const near = nearest(word, there);
  const meant = near === undefined ? "" : `; did you mean ${near}?`;
  return new GoatError("modal-target-unknown", `there is no ${word} to deploy on Modal${meant}`, {
    evidence: [`there are: ${list(there)}`],
    fixes: [
      near === undefined
        ? { command: "goat-dev modal status", effect: "shows all that can go there" }
        : { command: `goat-dev modal ${command} ${near}`, effect: "perhaps this was meant" },
    ],
  });
}
