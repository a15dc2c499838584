import type { KnownFailure } from "./evidence.ts";
import { allOfLog, anew, failing, shippedImage } from "./tell.ts";

/** How Langfuse breaks. */
export const tracingFailures: readonly KnownFailure[] = [
  {
    proof: "proven",
    // Langfuse stores a key pair when it first sees the public key, and refuses a secret that another pair has.
    tell: (seen) => {
      if (seen.heard?.reason !== "known-secret") return null;
      const { name } = seen.service;
      const message = `${name} has the secret of .env under another public key: change both keys, or neither`;
      return failing("tracing-key-drift", message, seen, {
        more: seen.log.filter((line) => line.includes("secret")).slice(-8),
        fixes: [
          {
            command: "set a new LANGFUSE_SECRET_KEY beside the new LANGFUSE_PUBLIC_KEY in .env, then goat-dev up",
            effect: "makes a new pair of keys; traces stay",
          },
          {
            command: "goat-dev up",
            effect: "once the earlier LANGFUSE_PUBLIC_KEY is back in .env: goes on with that pair",
          },
        ],
      });
    },
  },
  {
    proof: "told",
    line: /CLICKHOUSE_URL is not configured|CLICKHOUSE_(?:URL|MIGRATION_URL).*(?:required|invalid)/i,
    tell: (seen, line) =>
      failing(
        "tracing-needs-clickhouse",
        `${seen.service.name}'s image is Langfuse 3 or newer, which needs ClickHouse, Redis and S3 as well`,
        seen,
        {
          line,
          fixes: [shippedImage("LANGFUSE_IMAGE"), allOfLog(seen.service.name)],
        },
      ),
  },
  {
    proof: "told",
    line: /Dirty database version (\d+)/,
    // About ClickHouse, which newer Langfuse uses in a user's own stack: a container killed during a migration leaves
    // this.
    tell: (seen, line) =>
      failing(
        "database-migration-failed",
        `${seen.service.name} cannot bring ClickHouse's tables up to date: migration ${line?.[1]} ended half-way`,
        seen,
        { line, fixes: [anew, allOfLog(seen.service.name)] },
      ),
  },
  {
    proof: "told",
    line: /A strong Salt is required|ENCRYPTION_KEY must be|(?:NEXTAUTH_(?:SECRET|URL)|SALT|DATABASE_URL)\b.*(?:Required|Invalid|must)|Password needs to be at least|Invalid environment variables/i,
    tell: (seen, line) => {
      return failing("tracing-settings-invalid", `${seen.service.name} does not take ${settingIn(line)}`, seen, {
        line,
        fixes: [
          { command: "goat-dev config", effect: "shows what it is given; mend it in .env or the Compose file" },
          allOfLog(seen.service.name),
        ],
      });
    },
  },
];

function settingIn(line: RegExpExecArray | null): string {
  const said = line?.input ?? "";
  if (/Password needs to be/.test(said)) return "LANGFUSE_INIT_USER_PASSWORD";
  return /SALT|ENCRYPTION_KEY|NEXTAUTH_\w+|DATABASE_URL/i.exec(said)?.[0].toUpperCase() ?? "a setting";
}
