import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { inject } from "vitest";
import type { PostgresOptions } from "../../src/platform/postgres.ts";
import { engineEnvironment, urlOf } from "./environment.ts";

const { packageRoot, python } = inject("prisma");

/** Of LiteLLM's own package: schema.prisma lies beside its migrations. */
export const extras = (): string => {
  const lib = join(dirname(dirname(python)), "lib");
  const [version = ""] = readdirSync(lib);
  return join(lib, version, "site-packages", "litellm_proxy_extras");
};

interface Ended {
  readonly status: number | null;
  readonly output: string;
}

/** Runs the stand-in for Prisma's command line where LiteLLM does. */
export const migrate = async (
  options: PostgresOptions,
  args: readonly string[],
  { cwd = extras(), env = {} }: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<Ended> => {
  const child = startMigrate(options, args, { cwd, env });
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  return { status: child.exitCode, output: out + err };
};

export const startMigrate = (
  options: PostgresOptions,
  args: readonly string[],
  { cwd = extras(), env = {} }: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {},
): ChildProcessWithoutNullStreams =>
  spawn(join(packageRoot, "bin", "prisma"), args, { cwd, env: { ...engineEnvironment(urlOf(options)), ...env } });
