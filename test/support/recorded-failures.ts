import type { ErrorCode } from "../../src/errors/catalog.ts";
import type { Role } from "../../src/model/stack.ts";

/** What a service that failed was seen with. */
export interface RecordedFailure {
  readonly name: string;
  /** `run`: word for word as the real one said it; `source`: put together from the product's own texts, and seen in no run. */
  readonly from: "run" | "source";
  readonly role: Role;
  readonly code: ErrorCode;
  readonly log?: readonly string[];
  readonly exitCode?: number;
  readonly startError?: string;
  readonly outOfMemory?: boolean;
  readonly heard?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** What the message has to name. */
  readonly says: RegExp;
}

const ports = "INFO:     Uvicorn running on http://0.0.0.0:4001 (configuration 1)";

export const recordedFailures: readonly RecordedFailure[] = [
  {
    name: "data of another major version",
    from: "run",
    role: "database",
    code: "database-version-mismatch",
    exitCode: 1,
    log: [
      "PostgreSQL Database directory appears to contain a database; Skipping initialization",
      "2026-11-30 07:27:14.704 UTC [1] FATAL:  database files are incompatible with server",
      "2026-11-30 07:27:14.704 UTC [1] DETAIL:  The data directory was initialized by PostgreSQL version 15, which is not compatible with this version 16.14.",
    ],
    says: /Postgres 15.*Postgres 16/,
  },
  {
    name: "pg_control gone",
    from: "run",
    role: "database",
    code: "database-damaged",
    exitCode: 2,
    log: [
      "postgres: could not find the database system",
      'Expected to find it in the directory "/var/lib/postgresql/data",',
      'but could not open file "/var/lib/postgresql/data/global/pg_control": No such file or directory',
    ],
    says: /damaged/,
  },
  {
    name: "no valid checkpoint",
    from: "source",
    role: "database",
    code: "database-damaged",
    exitCode: 1,
    log: ["LOG:  invalid checkpoint record", "PANIC:  could not locate a valid checkpoint record"],
    says: /damaged/,
  },
  {
    name: "a file of transactions gone",
    from: "run",
    role: "database",
    code: "database-damaged",
    exitCode: 1,
    log: [
      "FATAL:  could not access status of transaction 938",
      'DETAIL:  Could not open file "pg_xact/0000": No such file or directory.',
      "LOG:  shutting down due to startup process failure",
    ],
    says: /damaged/,
  },
  {
    name: "data of another major version, without Docker",
    from: "run",
    role: "database",
    code: "database-version-mismatch",
    startError:
      "postgres: /var/lib/goat-dev/311e/volumes/x_postgres-data was made by Postgres 15, and this is 16.14; nothing is lost",
    says: /Postgres 15.*16\.14/,
  },
  {
    name: "a process that stands still",
    from: "run",
    role: "database",
    code: "service-hung",
    heard: "log-in as postgres on port 33505: no answer within 1000 ms",
    says: /does not answer/,
  },
  {
    name: "the data's disk full",
    from: "source",
    role: "database",
    code: "disk-full",
    exitCode: 1,
    log: [
      'FATAL:  could not write lock file "postmaster.pid": No space left on device',
      "LOG:  database system is shut down",
    ],
    says: /disk of .* is full/,
  },
  {
    name: "Postgres 18 with the mount of 17",
    from: "source",
    role: "database",
    code: "database-mount-unfit",
    exitCode: 1,
    log: [
      "Error: in 18+, these Docker images are configured to store database data in a",
      '       format which is compatible with "pg_ctlcluster" (specifically, using',
    ],
    says: /\/var\/lib\/postgresql/,
  },
  {
    name: "data of another user",
    from: "source",
    role: "database",
    code: "database-data-foreign",
    exitCode: 1,
    log: [
      'FATAL:  data directory "/var/lib/postgresql/data" has wrong ownership',
      "HINT:  The server must be started by the user that owns the data directory.",
    ],
    says: /another user/,
  },
  {
    name: "data on a disk that cannot be written",
    from: "run",
    role: "database",
    code: "database-read-only",
    exitCode: 1,
    log: ["chmod: changing permissions of '/var/lib/postgresql/data': Read-only file system"],
    says: /cannot be written/,
  },
  {
    name: "every connection taken",
    from: "source",
    role: "database",
    code: "database-connections-used-up",
    heard: "log-in as postgres on port 5432: sorry, too many clients already",
    says: /connections/,
  },
  {
    name: "an empty password",
    from: "source",
    role: "database",
    code: "database-password-empty",
    exitCode: 1,
    log: ["Error: Database is uninitialized and superuser password is not specified."],
    says: /POSTGRES_PASSWORD is empty/,
  },
  {
    name: "a database that is not there, as Postgres says it",
    from: "source",
    role: "database",
    code: "database-missing",
    heard: 'log-in as postgres on port 5432: database "litellm" does not exist',
    says: /no database litellm/,
  },
  {
    name: "Langfuse 3 without ClickHouse",
    from: "source",
    role: "tracing",
    code: "tracing-needs-clickhouse",
    exitCode: 1,
    log: [
      "Error: CLICKHOUSE_URL is not configured. Migrating from V2? Check out migration guide: https://langfuse.com/self-hosting/upgrade",
    ],
    says: /ClickHouse/,
  },
  {
    name: "Langfuse without a salt",
    from: "source",
    role: "tracing",
    code: "tracing-settings-invalid",
    exitCode: 1,
    log: [
      "ZodError: A strong Salt is required to encrypt API keys securely. See: https://langfuse.com/docs/deployment/self-host#deploy-the-container",
    ],
    says: /SALT/,
  },
  {
    name: "an encryption key of the wrong form",
    from: "source",
    role: "tracing",
    code: "tracing-settings-invalid",
    exitCode: 1,
    log: ["ENCRYPTION_KEY must be 256 bits, 64 string characters in hex format, generate via: openssl rand -hex 32"],
    says: /ENCRYPTION_KEY/,
  },
  {
    name: "a schema that is not empty",
    from: "source",
    role: "tracing",
    code: "database-migration-failed",
    exitCode: 1,
    environment: { DATABASE_URL: "postgresql://postgres:postgres@postgres:5432/litellm" },
    log: [
      "Error: P3005",
      "The database schema is not empty. Read more about how to baseline an existing production database: https://pris.ly/d/migrate-baseline",
      "Applying database migrations failed. This is mostly caused by the database being unavailable.",
    ],
    says: /tables of something else/,
  },
  {
    name: "a migration that ended half-way",
    from: "source",
    role: "gateway",
    code: "database-migration-failed",
    exitCode: 1,
    log: [
      "Error: P3009",
      "migrate found failed migrations in the target database, new migrations will not be applied.",
      "Database setup failed after multiple retries. The proxy cannot start safely.",
    ],
    says: /half-way/,
  },
  {
    name: "a database that LiteLLM cannot log in to",
    from: "source",
    role: "gateway",
    code: "database-url-refused",
    exitCode: 1,
    log: [
      "Error: P1000: Authentication failed against database server at `postgres`, the provided database credentials for `postgres` are not valid.",
      "Database setup failed after multiple retries. The proxy cannot start safely. Please check your database connection and migration status.",
    ],
    says: /DATABASE_URL/,
  },
  {
    name: "a database that LiteLLM cannot reach",
    from: "source",
    role: "gateway",
    code: "database-unreachable",
    exitCode: 1,
    log: [
      "Error: P1001: Can't reach database server at `nowhere:5432`",
      "Database setup failed after multiple retries. The proxy cannot start safely.",
    ],
    says: /cannot reach its database/,
  },
  {
    name: "Langfuse's database that is not there",
    from: "source",
    role: "tracing",
    code: "database-missing",
    heard: "GET /api/public/health on port 3001 answers 503",
    environment: { DATABASE_URL: "postgresql://postgres:postgres@postgres:5432/langfuse" },
    log: [
      "Invalid `prisma.$queryRaw()` invocation: Database `langfuse` does not exist on the database server at `postgres:5432`.",
    ],
    says: /no database langfuse/,
  },
  {
    name: "a database URL of MySQL",
    from: "run",
    role: "gateway",
    code: "database-url-invalid",
    exitCode: 1,
    log: [
      "LiteLLM Proxy: DATABASE_URL uses unsupported scheme 'mysql'. LiteLLM's database features (virtual keys, store_model_in_db, spend tracking) require PostgreSQL; use a 'postgresql://' connection string.",
      "goat-dev: LiteLLM ended with status 1",
    ],
    says: /begins with mysql:/,
  },
  {
    name: "an empty database URL",
    from: "source",
    role: "gateway",
    code: "database-url-invalid",
    exitCode: 1,
    log: ["LiteLLM Proxy: DATABASE_URL uses unsupported scheme '<missing scheme>'. LiteLLM's database features"],
    says: /is empty/,
  },
  {
    name: "a master key that everybody knows",
    from: "source",
    role: "gateway",
    code: "gateway-key-weak",
    exitCode: 1,
    log: [
      "LiteLLM proxy refused to start: the master key is a publicly known default.",
      "It comes from the LITELLM_MASTER_KEY environment variable.",
    ],
    says: /LITELLM_MASTER_KEY/,
  },
  {
    name: "a SOCKS proxy without its package",
    from: "run",
    role: "gateway",
    code: "proxy-unfit",
    exitCode: 1,
    log: [
      "Traceback (most recent call last):",
      '  File "/app/.venv/lib/python3.13/site-packages/httpx/_client.py", line 1, in __init__',
      "    return future.result()",
      "ImportError: Using SOCKS proxy, but the 'socksio' package is not installed. Make sure to install httpx using `pip install httpx[socks]`.",
    ],
    says: /ALL_PROXY/,
  },
  {
    name: "brackets in NO_PROXY",
    from: "run",
    role: "gateway",
    code: "proxy-unfit",
    exitCode: 1,
    log: ["httpx.InvalidURL: Invalid port: ':1]'"],
    says: /NO_PROXY/,
  },
  {
    name: "an unknown routing strategy",
    from: "source",
    role: "gateway",
    code: "gateway-config-invalid",
    exitCode: 3,
    log: [
      "    return future.result()",
      "ValueError: Invalid routing_strategy: 'fastest'. Valid options: ['simple-shuffle', 'lar1']. Check 'router_settings.routing_strategy' in your config.yaml",
      "ERROR:    Application startup failed. Exiting.",
    ],
    says: /Invalid routing_strategy: 'fastest'/,
  },
  {
    name: "another port than the published one",
    from: "run",
    role: "gateway",
    code: "service-port-mismatch",
    heard: "GET /health/liveliness on port 4000: connection dropped, not listening yet",
    log: [ports],
    says: /4001 inside, and port 4000/,
  },
  {
    name: "out of memory",
    from: "run",
    role: "gateway",
    code: "service-out-of-memory",
    exitCode: 137,
    outOfMemory: true,
    says: /ran out of memory/,
  },
  {
    name: "an image of another processor",
    from: "source",
    role: "gateway",
    code: "image-architecture",
    exitCode: 1,
    log: ["exec /usr/local/bin/python: exec format error"],
    says: /another processor/,
  },
  {
    name: "an image that lacks the program",
    from: "source",
    role: "gateway",
    code: "image-wrong-program",
    exitCode: 127,
    startError:
      'OCI runtime create failed: runc create failed: unable to start container process: exec: "python": executable file not found in $PATH: unknown',
    says: /lacks python/,
  },
  {
    name: "an image that lacks the program, which an init starts",
    from: "run",
    role: "gateway",
    code: "image-wrong-program",
    exitCode: 127,
    log: ["[FATAL tini (7)] exec python failed: No such file or directory"],
    says: /lacks python/,
  },
  {
    name: "a program for another processor, which an init starts",
    from: "run",
    role: "gateway",
    code: "image-architecture",
    exitCode: 127,
    log: ["/usr/local/bin/python: 1: \u007fELF\u0002\u0001\u0001\u0015@: not found"],
    says: /another processor/,
  },
  {
    name: "a network that was removed",
    from: "run",
    role: "gateway",
    code: "network-missing",
    startError: "network 3f5a97c5fd1b9a9e not found",
    says: /network of .* is gone/,
  },
];
