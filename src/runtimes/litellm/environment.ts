import { join } from "node:path";
import type { LocalService } from "../../engine/processes/runtime.ts";

/** LiteLLM makes a database's URL of any of these; without Prisma's engines it then refuses to start. An empty one counts as set. */
const database = [
  ...["DATABASE_URL", "DIRECT_URL", "DATABASE_URL_READ_REPLICA"],
  ...["DATABASE_HOST", "DATABASE_NAME", "DATABASE_USERNAME", "DATABASE_PASSWORD", "DATABASE_SCHEMA"],
  ...["STORE_MODEL_IN_DB", "IAM_TOKEN_DB_AUTH", "AZURE_POSTGRESQL_AUTH"],
];

/** It says where programs find the gateway: with it the gateway would call itself. */
const programs = ["OPENAI_BASE_URL", "OPENAI_API_BASE"];

const leftOut = new Set([...database, ...programs]);

type Env = Readonly<Record<string, string | undefined>>;

const here = ["localhost", "127.0.0.1", "::1"];

/** As the Compose file says it, but for the database; the launcher's own variables come on top. */
export function environmentOf(
  { environment, logFolder }: LocalService,
  { marker, shell }: { readonly marker: string; readonly shell: Env },
): Readonly<Record<string, string>> {
  return {
    ...pastTheProxy(environment, shell),
    ...Object.fromEntries(Object.entries(environment).filter(([name]) => !leftOut.has(name))),
    GOAT_DEV_LOG_FILE: join(logFolder, "service.log"),
    GOAT_DEV_INSTALLED: marker,
  };
}

/** Traces go to this machine itself, which the shell's proxy cannot reach. */
function pastTheProxy(environment: Env, shell: Env): Readonly<Record<string, string>> {
  const isProxied = Object.entries(shell).some(([name, value]) => /^(?:https?|all)_proxy$/i.test(name) && value);
  if (!isProxied || environment["NO_PROXY"] !== undefined || environment["no_proxy"] !== undefined) return {};
  const hosts = [...(shell["no_proxy"] || shell["NO_PROXY"] || "").split(","), ...here].filter((host) => host !== "");
  const text = [...new Set(hosts)].join(",");
  return { NO_PROXY: text, no_proxy: text };
}
