import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isMap, isSeq, parseDocument } from "yaml";

export interface ProjectFolder {
  readonly name: string;
  /** Where the project is made. */
  readonly folder: string;
  /** The package whose dev/ it starts from. */
  readonly packageRoot: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Sets variables where they stand, commented out or not; the rest is appended. */
export const withVariables = (text: string, variables: Readonly<Record<string, string>>): string =>
  Object.entries(variables).reduce((current, [name, value]) => {
    const line = new RegExp(`^(?:# )?${name}=.*$`, "m");
    const written = `${name}=${value}`;
    return line.test(current) ? current.replace(line, () => written) : `${current.trimEnd()}\n${written}\n`;
  }, text);

/** Routes whose key is set answer by themselves: a text for chat, numbers for an embedding. LiteLLM, its callback and the trace stay real. */
const withMocks = (text: string, variables: Readonly<Record<string, string>>): string => {
  const config = parseDocument(text);
  const routes = config.get("model_list");
  if (!isSeq(routes)) throw new Error("the config has no model_list");
  for (const route of routes.items) {
    if (!isMap(route)) throw new Error("a route is no map");
    const key = String(route.getIn(["litellm_params", "api_key"])).replace("os.environ/", "");
    if ((variables[key] ?? "") === "") continue;
    const isEmbedding = route.getIn(["model_info", "mode"]) === "embedding";
    const answer = isEmbedding ? [0.1, 0.2, 0.3] : `Hello from ${route.get("model_name")}`;
    route.setIn(["litellm_params", "mock_response"], config.createNode(answer));
  }
  return config.toString({ lineWidth: 0 });
};

/** A project as a user has it: the shipped dev/ with mocked routes and a name of its own, and a filled-in .env. */
export const makeProject = ({ name, folder, packageRoot, env }: ProjectFolder): void => {
  mkdirSync(folder, { recursive: true });
  cpSync(join(packageRoot, "dev"), join(folder, "dev"), { recursive: true });
  const edit = (path: string, change: (text: string) => string): void =>
    writeFileSync(join(folder, path), change(readFileSync(join(folder, path), "utf8")));
  edit("dev/docker-compose.yml", (text) => text.replace(/^name: .*$/m, `name: ${name}`));
  edit("dev/litellm-config.yaml", (text) => withMocks(text, env));
  const template = readFileSync(join(packageRoot, "dev", ".env.example"), "utf8");
  writeFileSync(join(folder, ".env"), withVariables(template, env), { mode: 0o600 });
};
