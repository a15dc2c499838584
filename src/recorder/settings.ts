import type { PostgresOptions } from "../platform/postgres.ts";
import type { ApiKeys } from "./auth.ts";
import type { Login } from "./page.ts";
import type { Project } from "./views.ts";

export interface RecorderSettings {
  readonly host: string;
  readonly port: number;
  readonly database: PostgresOptions;
  readonly project: Project;
  readonly keys: ApiKeys;
  /** Who may read the page; null where nobody is named. */
  readonly login: Login | null;
  readonly debug: boolean;
}

export type ReadSettings =
  | { readonly ok: true; readonly settings: RecorderSettings }
  | { readonly ok: false; readonly problems: readonly string[] };

/** Settings from the variables that the Langfuse image reads; an empty one counts as absent. */
export function readSettings(env: Readonly<Record<string, string | undefined>>): ReadSettings {
  const problems: string[] = [];
  const said = (name: string): string | undefined => env[name] || undefined;
  const needed = (name: string): string => {
    const value = said(name);
    if (value === undefined) problems.push(`${name} is missing`);
    return value ?? "";
  };
  const database = readDatabase(said("DATABASE_URL"), problems);
  const keys = {
    publicKey: needed("LANGFUSE_INIT_PROJECT_PUBLIC_KEY"),
    secretKey: needed("LANGFUSE_INIT_PROJECT_SECRET_KEY"),
  };
  const port = Number(said("PORT") ?? 3000);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) problems.push("PORT must be a port number");
  if (database === undefined || problems.length > 0) return { ok: false, problems };
  const id = said("LANGFUSE_INIT_PROJECT_ID") ?? "goat-dev";
  const project = { id, name: said("LANGFUSE_INIT_PROJECT_NAME") ?? id };
  const [email, password] = [said("LANGFUSE_INIT_USER_EMAIL"), said("LANGFUSE_INIT_USER_PASSWORD")];
  const login = email === undefined || password === undefined ? null : { email, password };
  const debug = said("LANGFUSE_LOG_LEVEL") === "debug";
  return { ok: true, settings: { host: said("HOSTNAME") ?? "0.0.0.0", port, database, project, keys, login, debug } };
}

function readDatabase(said: string | undefined, problems: string[]): PostgresOptions | undefined {
  if (said === undefined) {
    problems.push("DATABASE_URL is missing: postgresql://user:password@host:5432/langfuse");
    return undefined;
  }
  try {
    const url = new URL(said);
    const database = decodeURIComponent(url.pathname.slice(1));
    const sslMode = url.searchParams.get("sslmode") ?? "disable";
    if (url.protocol !== "postgresql:" && url.protocol !== "postgres:")
      problems.push("DATABASE_URL must start with postgresql://");
    if (url.hostname === "" || database === "") problems.push("DATABASE_URL must name a host and a database");
    if (sslMode !== "disable" && sslMode !== "prefer" && sslMode !== "allow") {
      problems.push(`DATABASE_URL asks for sslmode=${sslMode}, which the recorder does not speak`);
    }
    return {
      host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
      port: url.port === "" ? 5432 : Number(url.port),
      user: decodeURIComponent(url.username),
      password: decodeURIComponent(url.password),
      database,
    };
  } catch {
    // The error would quote the URL, and with it the password.
    problems.push("DATABASE_URL cannot be read; a password in it must be URL-encoded");
    return undefined;
  }
}
