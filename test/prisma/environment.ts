import { dirname, join } from "node:path";
import { inject } from "vitest";
import type { PostgresOptions } from "../../src/platform/postgres.ts";

const { packageRoot } = inject("prisma");

/** As LiteLLM is given it. */
export const urlOf = ({ host, port, user, password, database }: PostgresOptions, parameters = ""): string =>
  `postgresql://${encodeURIComponent(user)}:${encodeURIComponent(password)}@${host}:${port}/${database}${parameters}`;

export const engineEnvironment = (url: string): Readonly<Record<string, string>> => ({
  PATH: `${dirname(process.execPath)}:${process.env["PATH"]}`,
  HOME: process.env["HOME"] ?? "/",
  PYTHONDONTWRITEBYTECODE: "1",
  DATABASE_URL: url,
  GOAT_DEV_NODE: process.execPath,
  PRISMA_QUERY_ENGINE_BINARY: join(packageRoot, "bin", "query-engine"),
  PRISMA_CLI_PATH: join(packageRoot, "bin", "prisma"),
  PRISMA_OFFLINE_MODE: "true",
});
