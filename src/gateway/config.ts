import { type Document, isAlias, isMap, isSeq, type Node } from "yaml";
import { messageOf } from "../errors/describe.ts";
import { GoatError } from "../errors/goat-error.ts";
import { isRecord } from "../model/fields.ts";
import { plural } from "../platform/text.ts";
import { parseSource } from "./edit/yaml-source.ts";
import { readRoute } from "./route-entry.ts";
import type { Route } from "./routes.ts";
import { createProblems, type Path, type Problems } from "./shape.ts";

interface GatewayConfig {
  readonly routes: readonly Route[];
  readonly settings: GatewaySettings;
}

interface GatewaySettings {
  /** US dollars; null where there is no budget. */
  readonly maxBudget: number | null;
  readonly budgetDuration: string | null;
  readonly successCallbacks: readonly string[];
  readonly failureCallbacks: readonly string[];
}

/** Reads a LiteLLM config; throws gateway-config-invalid with every mistake as `file:line:column`. */
export function readGatewayConfig(text: string, file: string): GatewayConfig {
  return readWhole(text, file).config;
}

/** The files that a config includes, as it names them; none where it cannot be read. */
export function includesOf(text: string): readonly string[] {
  try {
    const tree: unknown = parseSource(text, "1.1").data();
    return isRecord(tree) ? strings(tree["include"]) : [];
  } catch {
    return [];
  }
}

/** The config as plain data, to make a changed copy from. Throws gateway-config-invalid. */
export function readConfigTree(text: string, file: string): unknown {
  return readWhole(text, file).tree;
}

interface Whole {
  readonly config: GatewayConfig;
  readonly tree: unknown;
}

/**
 * The last config that was read, kept because one run asks the same file for its routes, its budget and its callbacks.
 */
let latest: { readonly text: string; readonly file: string; readonly whole: Whole } | undefined;

function readWhole(text: string, file: string): Whole {
  if (latest?.text !== text || latest.file !== file) latest = { text, file, whole: parseWhole(text, file) };
  return latest.whole;
}

function parseWhole(text: string, file: string): Whole {
  const { document, lineAt, ...source } = parseSource(text, "1.1");
  const placeAt = (offset: number): string => `${file}:${source.placeAt(offset)}`;
  if (document.errors.length > 0) {
    throw invalid(
      file,
      document.errors.map((error) => `${placeAt(error.pos[0])} ${error.message}`),
    );
  }
  const offsetOf = (path: Path): number => nodeAt(document, path)?.range?.[0] ?? 0;
  const problems = createProblems();
  const tree = toPlain(document, file);
  const config = readConfig(tree, problems, (path) => lineAt(offsetOf(path)));
  if (problems.found.length > 0) {
    const located = problems.found.map(({ path, message }) => ({ offset: offsetOf(path), message }));
    const inOrder = located.toSorted((left, right) => left.offset - right.offset);
    throw invalid(
      file,
      inOrder.map(({ offset, message }) => `${placeAt(offset)} ${message}`),
    );
  }
  return { config, tree };
}

function invalid(file: string, problems: readonly string[]): GoatError {
  const [first = file, ...others] = problems;
  const message = others.length === 0 ? first : `${plural(problems.length, "mistake")} in ${file}`;
  return new GoatError("gateway-config-invalid", message, {
    evidence: others.length === 0 ? [] : problems,
    fixes: [{ command: "goat-dev up", effect: `takes ${file} into use once it is mended` }],
  });
}

/** The node at a path, with aliases followed; where the path leads nowhere, the last node on it that exists. */
function nodeAt(document: Document, path: Path): Node | null {
  let node: Node | null = document.contents;
  for (const step of path) {
    const holder: Node | null | undefined = isAlias(node) ? node.resolve(document) : node;
    const next: unknown = isMap(holder) || isSeq(holder) ? holder.get(step, true) : undefined;
    if (typeof next !== "object" || next === null) return node;
    node = next as Node;
  }
  return node;
}

function toPlain(document: Document, file: string): unknown {
  try {
    return document.toJS();
  } catch (error) {
    throw invalid(file, [`${file}:1:1 ${messageOf(error)}`]);
  }
}

function readConfig(root: unknown, problems: Problems, lineOf: (path: Path) => number): GatewayConfig {
  const config = problems.map(root, []);
  const preset = Object.keys(problems.optionalMap(config["environment_variables"], ["environment_variables"]));
  problems.optionalMap(config["general_settings"], ["general_settings"]);
  const settings = problems.optionalMap(config["litellm_settings"], ["litellm_settings"]);
  const routes = problems.optionalList(config["model_list"], ["model_list"]).flatMap((entry, index) => {
    const path = ["model_list", index];
    const route = readRoute(entry, path, lineOf(path), problems);
    return route === null
      ? []
      : [{ ...route, keyVariables: route.keyVariables.filter((key) => !preset.includes(key)) }];
  });
  return { routes, settings: readSettings(settings) };
}

function readSettings(settings: Readonly<Record<string, unknown>>): GatewaySettings {
  const { max_budget: budget, budget_duration: duration } = settings;
  const both = strings(settings["callbacks"]);
  return {
    maxBudget: typeof budget === "number" ? budget : null,
    budgetDuration: typeof duration === "string" ? duration : null,
    successCallbacks: [...strings(settings["success_callback"]), ...both],
    failureCallbacks: [...strings(settings["failure_callback"]), ...both],
  };
}

function strings(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

/**
 * The config as JSON, which is YAML too, with every route answering from the config itself instead of a provider.
 * Throws gateway-config-invalid.
 */
export function demoConfig(text: string, file: string): string {
  const { config, tree } = readWhole(text, file);
  return `${JSON.stringify(withMocks(tree, config.routes), null, 2)}\n`;
}

const embeddingAnswer = [0.1, 0.2, 0.3];

const chatAnswer = "Hello from the demo: LiteLLM gave this answer from its own config, without a provider.";

/**
 * Adds LiteLLM's `mock_response` to every route of a config's tree that has none. `routes` are those read from the
 * tree, in order.
 */
function withMocks(tree: unknown, routes: readonly Route[]): unknown {
  if (!isRecord(tree) || !Array.isArray(tree["model_list"])) return tree;
  const entries = tree["model_list"].map((entry: unknown, index) => {
    const parameters = isRecord(entry) ? entry["litellm_params"] : undefined;
    const route = routes[index];
    if (!isRecord(entry) || !isRecord(parameters) || route === undefined || route.mock) return entry;
    const answer = route.mode === "embedding" ? embeddingAnswer : chatAnswer;
    return { ...entry, litellm_params: { ...parameters, mock_response: answer } };
  });
  return { ...tree, model_list: entries };
}
