import { existsSync, readFileSync, writeFileSync } from "node:fs";
import type { RequestListener } from "node:http";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { startHttp } from "./fake-server.ts";
import { type GoatProject, openProject, type ProjectOptions } from "./goat-project.ts";
import { tempFolder } from "./temp.ts";

/** The executable that stands in for Modal's CLI. */
export const standIn = join(import.meta.dirname, "modal-stand-in.mjs");

/** What the stand-in keeps and how it is to behave. */
interface CloudState {
  readonly workspace: string;
  readonly token: "ok" | "missing" | "expired" | "offline";
  /** `old` is before 1.5.0, `changed` what nobody has seen yet, `warns` puts a warning before the document. */
  readonly shape: "new" | "old" | "changed" | "warns";
  readonly environments: readonly string[];
  readonly secrets: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, string>>>>>>;
  readonly apps: readonly Readonly<Record<string, unknown>>[];
  readonly deploy: "ok" | "half" | "secret" | "keys" | "silent";
  /** Where what is deployed answers. */
  readonly url: string;
  /** The command that waits until `release` is called. */
  readonly hold?: string;
  readonly refuseSecret?: string;
  readonly version?: string;
  readonly stopped?: string;
}

/** One run of the stand-in as it saw itself. */
interface Call {
  readonly argv: readonly string[];
  readonly cmdline: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Values of its whole environment. */
  readonly all: readonly string[];
  /** The mode of the file at its standard input. */
  readonly stdin: string;
}

export interface CloudFolder {
  readonly folder: string;
  state(): CloudState;
  change(fields: Partial<CloudState>): void;
  calls(): readonly Call[];
  release(): void;
}

export const masterKey = "sk-a-long-master-key-of-this-test";
export const groqKey = "gsk_cloud_secret_0123456789";

export const twoSecrets = {
  goat: { "goat-litellm": { LITELLM_MASTER_KEY: masterKey }, "goat-llm-providers": { GROQ_API_KEY: groqKey } },
};

export const cloudFolder = (fields: Partial<CloudState> = {}): CloudFolder => {
  const folder = tempFolder();
  const file = join(folder, "state.json");
  const state = (): CloudState => JSON.parse(readFileSync(file, "utf8"));
  const write = (value: CloudState): void => writeFileSync(file, JSON.stringify(value));
  write({
    workspace: "acme",
    token: "ok",
    shape: "new",
    environments: ["main", "goat"],
    secrets: {},
    apps: [],
    deploy: "ok",
    url: "http://127.0.0.1:9",
    ...fields,
  });
  return {
    folder,
    state,
    change: (changed) => write({ ...state(), ...changed }),
    calls: () => {
      const calls = join(folder, "calls.jsonl");
      if (!existsSync(calls)) return [];
      const lines = readFileSync(calls, "utf8").trim().split("\n");
      return lines.map((line): Call => JSON.parse(line));
    },
    release: () => writeFileSync(join(folder, "go"), ""),
  };
};

/** What a gateway in the cloud answers; its first answers are Modal's, while a container starts. */
export const cloudGateway = async (
  answers: { readonly models?: readonly string[]; readonly coldAnswers?: number; readonly key?: string } = {},
) => {
  const { models = ["llama-3.3-70b", "gpt-5-mini"], key = masterKey } = answers;
  let cold = answers.coldAnswers ?? 0;
  const listener: RequestListener = (request, response) => {
    const send = (status: number, body: unknown): void => void response.writeHead(status).end(JSON.stringify(body));
    if (cold-- > 0) return send(503, "modal stand-in: the container starts");
    if (request.url === "/health/liveliness" || request.url === "/health") return send(200, "I'm alive!");
    if (request.headers.authorization !== `Bearer ${key}`) {
      return send(401, { error: { message: "Authentication Error", type: "auth_error", code: "401" } });
    }
    if (request.url === "/v1/models") return send(200, { data: models.map((id) => ({ id })) });
    if (request.url !== "/v1/chat/completions") return send(404, { detail: "Not Found" });
    response.writeHead(200, { "content-type": "text/event-stream", "x-litellm-call-id": "call-1" });
    const piece = (fields: object): void =>
      void response.write(
        `data: ${JSON.stringify({ id: "c", object: "chat.completion.chunk", created: 1, ...fields })}\n\n`,
      );
    piece({ choices: [{ index: 0, delta: { content: "Hello from the cloud's stand-in" } }] });
    piece({ choices: [], usage: { prompt_tokens: 8, completion_tokens: 23, total_tokens: 31, cost: 0.00002 } });
    response.end("data: [DONE]\n\n");
  };
  const server = await startHttp(listener);
  onTestFinished(() => server[Symbol.asyncDispose]());
  return server;
};

export const cloudConfig = `model_list:
  - model_name: llama-3.3-70b
    litellm_params:
      model: groq/llama-3.3-70b-versatile
      api_key: os.environ/GROQ_API_KEY
  - model_name: gpt-5-mini
    litellm_params:
      model: openai/gpt-5-mini
      api_key: os.environ/OPENAI_API_KEY
  - model_name: qwen3-4b-local
    litellm_params:
      model: openai/Qwen/Qwen3-4B-Instruct-2507
      api_base: https://<workspace>-goat--goat-vllm-qwen3-4b-serve.modal.run/v1
      api_key: "not-needed"
general_settings:
  master_key: os.environ/LITELLM_MASTER_KEY
`;

export interface CloudProject {
  readonly cloud: CloudFolder;
  readonly project: GoatProject;
  /** `goat-dev modal …` through the stand-in. */
  modal(args: readonly string[], env?: Readonly<Record<string, string>>): ReturnType<GoatProject["goat"]>;
  goat(args: readonly string[], env?: Readonly<Record<string, string>>): ReturnType<GoatProject["goat"]>;
}

export const openCloudProject = async (
  fields: Partial<CloudState> = {},
  options: ProjectOptions = {},
): Promise<CloudProject> => {
  const cloud = cloudFolder(fields);
  const project = await openProject({
    env: `LITELLM_MASTER_KEY=${masterKey}\nGROQ_API_KEY=${groqKey}\n`,
    files: { "dev/litellm-config-modal.yaml": cloudConfig },
    ...options,
  });
  const goat: CloudProject["goat"] = (args, env = {}) =>
    project.goat(args, { env: { GOAT_DEV_MODAL: standIn, MODAL_STAND_IN: cloud.folder, ...env } });
  return { cloud, project, goat, modal: (args, env) => goat(["modal", ...args], env) };
};
