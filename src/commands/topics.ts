import { renderPairs } from "../platform/table.ts";

/** What `goat-dev help NAME` and the manual page say beside the commands. */
export interface Topic {
  readonly name: string;
  readonly summary: string;
  /** Pairs of a term and what it means. */
  readonly rows: readonly (readonly [string, string])[];
  /** A sentence about all rows. */
  readonly remark: string;
}

const environment: Topic = {
  name: "environment",
  summary: "the variables that goat-dev reads",
  rows: [
    ["GROQ_API_KEY", "a provider's key; so OPENAI_API_KEY, ANTHROPIC_API_KEY, AZURE_API_KEY with AZURE_API_BASE"],
    ["LITELLM_MASTER_KEY", "the gateway's key, which programs use as OPENAI_API_KEY (sk-dev-key)"],
    ["LITELLM_SALT_KEY", "encrypts what LiteLLM keeps; set before the first start, or never"],
    ["POSTGRES_PORT", "where the services listen on 127.0.0.1; so LANGFUSE_PORT, LITELLM_PORT (5432, 3001, 4000)"],
    ["GOAT_DEV_INSTANCE", "a stack of this checkout's own, as up --instance: a name, or auto"],
    ["EVAL_MODEL", "the model to ask where no option names one"],
    ["GOAT_DEV_ENGINE", "docker, or embedded: plain local processes, as --engine"],
    ["GOAT_DEV_DOCKER_HOST", "which Docker engine, as --docker-host; else DOCKER_HOST, DOCKER_CONTEXT"],
    ["GOAT_DEV_TIMEOUT", "the limit for everything to be ready, as --timeout"],
    ["GOAT_DEV_EXAMPLE", "whether up makes a call: auto, always or never"],
    ["GOAT_DEV_LITELLM_DATABASE", "off: without Docker, LiteLLM uses no database"],
    ["GOAT_DEV_CA_FILE", "certificates to trust as well; else NODE_EXTRA_CA_CERTS, SSL_CERT_FILE"],
    ["HTTPS_PROXY", "with HTTP_PROXY, NO_PROXY: for containers where Docker's config file has no proxies"],
    ["GOAT_DEV_PYTHON", "the Python that LiteLLM is installed with, without Docker; managed lets uv bring one"],
    ["GOAT_DEV_MODAL", "the Modal CLI, where it is not on PATH"],
    ["GOAT_DEV_MODAL_ENV", "the Modal environment, as --env (goat)"],
    ["COMPOSE_PROJECT_NAME", "the stack's name, as --project-name; so COMPOSE_FILE, COMPOSE_PROFILES, as for Compose"],
    ["NO_COLOR", "no colours, as --no-color; FORCE_COLOR asks for them"],
    ["XDG_STATE_HOME", "where locks lie; XDG_CACHE_HOME: what is installed"],
  ],
  remark: "The shell's environment wins over .env, and both over what the Compose file says; options win over all.",
};

const exitCodes: Topic = {
  name: "exit-codes",
  summary: "what a command's exit status means",
  rows: [
    ["0", "done"],
    ["1", "something else went wrong"],
    ["2", "the command line, .env, the Compose file or the LiteLLM config"],
    ["3", "no Docker engine can be used"],
    ["4", "a conflict: a port, a name, another goat-dev"],
    ["5", "a service is not ready"],
    ["6", "the gateway, a provider or the tracing refuses"],
    ["70", "goat-dev itself made a mistake; please report it"],
    ["126", "run, replay: the command cannot be run"],
    ["127", "run, replay: there is no such command"],
    ["130", "interrupted"],
  ],
  remark: "run and replay end as their command does.",
};

const files: Topic = {
  name: "files",
  summary: "the files that goat-dev reads and writes",
  rows: [
    ["dev/docker-compose.yml", "the stack; where there is none, the shipped one is used from .goat-dev/stack"],
    ["dev/litellm-config.yaml", "the models; litellm-config-modal.yaml beside it is the cloud's"],
    [".env", "keys and settings, mode 0600; dev/.env.example lists them"],
    [".goat-dev/", "what is remembered of the stack: may be deleted, but for the data of a stack without Docker"],
    [".goat-dev/instance.json", "this checkout's own stack and its ports: up --instance"],
    [".goat-dev/snapshots/", "copies of the database: db snapshot, and from before its data was deleted"],
    [".goat-dev/upgrade.json", "what upgrade --back goes back to"],
    [
      "~/.local/state/goat-dev/",
      "locks, which folder a stack belongs to, stacks that are known; on macOS ~/Library/Application Support",
    ],
    ["~/.cache/goat-dev/", "what is installed without Docker, compiled code; on macOS ~/Library/Caches"],
    ["/var/lib/goat-dev/", "root's databases without Docker, which Postgres refuses to keep elsewhere"],
  ],
  remark: "The project is the nearest folder upwards with dev/docker-compose.yml, else the git root, else this one.",
};

export const topics: readonly Topic[] = [environment, exitCodes, files];

export function topicText({ summary, rows, remark }: Topic): string {
  const title = `${summary.charAt(0).toUpperCase()}${summary.slice(1)}:`;
  return `${title}\n\n${renderPairs(rows)}\n\n${remark}\n`;
}
