import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

export interface Migration {
  readonly name: string;
  readonly sql: string;
  /** SHA-256 of the file's bytes in hex, as Prisma takes it. */
  readonly checksum: string;
}

/** Where Prisma looks for migrations: beside the schema that was named, else below the current folder. */
export function migrationsFolder(args: readonly string[], cwd: string): string {
  const schema = args[args.indexOf("--schema") + 1];
  return join(args.includes("--schema") && schema !== undefined ? dirname(resolve(cwd, schema)) : cwd, "migrations");
}

/** In the order of their names, which is the order in which they apply. */
export function readMigrations(folder: string): readonly Migration[] {
  const names = existsSync(folder) ? readdirSync(folder).sort() : [];
  return names.flatMap((name) => readMigration(folder, name) ?? []);
}

export function readMigration(folder: string, name: string): Migration | undefined {
  const path = join(folder, name, "migration.sql");
  if (!existsSync(path)) return undefined;
  const bytes = readFileSync(path);
  return { name, sql: bytes.toString("utf8"), checksum: createHash("sha256").update(bytes).digest("hex") };
}
