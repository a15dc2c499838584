// The database: its data, its users, its room, and what services want of it.
import { execFileSync } from "node:child_process";
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fill } from "../lab.mjs";
import { signal } from "./services.mjs";

const compose = "dev/docker-compose.yml";
const url = "DATABASE_URL=postgresql://${POSTGRES_USER:-postgres}:${POSTGRES_PASSWORD:-postgres}@postgres:5432/litellm";

/** A file of the data that is away while nothing runs. */
const withoutFile = (file) => ({
  kind: "postgres",
  name: `${file} is gone`,
  code: "database-damaged",
  inject: async (lab) => {
    await lab.goat(["down"]);
    renameSync(join(lab.data(), file), join(lab.data(), `${file}.away`));
  },
  byHand: (lab) => renameSync(join(lab.data(), `${file}.away`), join(lab.data(), file)),
});

/** LiteLLM is given another address of its database. */
const otherUrl = (name, code, other, says) => ({
  kind: "litellm",
  name,
  code,
  says,
  inject: (lab) => lab.edit(compose, (text) => text.replace(url, `DATABASE_URL=${other}`)),
  byHand: (lab) => lab.restore(),
});

/** LiteLLM's tables are put into a state that no migration goes on from. */
const tables = (name, sql, mend, says) => ({
  kind: "litellm",
  name,
  code: "database-migration-failed",
  says,
  inject: async (lab) => {
    await signal(lab, "litellm", "SIGKILL");
    await lab.sql(sql, "litellm");
  },
  byHand: (lab) => lab.sql(mend, "litellm"),
});

/** Only root may mount. */
const isRoot = process.getuid?.() === 0;

export const databaseRows = [
  {
    kind: "postgres",
    name: "another password than the data's",
    code: "database-password-drift",
    inject: (lab) => {
      lab.setEnv({ POSTGRES_PASSWORD: "another-one" });
      return async () => {
        lab.setEnv({ POSTGRES_PASSWORD: "postgres" });
        await lab.goat(["db", "set-password"]);
      };
    },
  },
  {
    kind: "postgres",
    name: "another user than the data's",
    code: "database-user-drift",
    says: /frieda.*postgres/,
    inject: (lab) => lab.setEnv({ POSTGRES_USER: "frieda" }),
  },
  withoutFile("global/pg_control"),
  withoutFile("global/pg_filenode.map"),
  withoutFile("pg_xact/0000"),
  {
    kind: "postgres",
    name: "data of another major version",
    code: "database-version-mismatch",
    says: /Postgres 15/,
    which: 1,
    inject: async (lab) => {
      await lab.goat(["down"]);
      execFileSync("cp", ["-a", lab.data(), `${lab.data()}.kept`]);
      writeFileSync(join(lab.data(), "PG_VERSION"), "15\n");
      return () => rmSync(`${lab.data()}.kept`, { recursive: true, force: true });
    },
  },
  {
    kind: "postgres",
    name: "every connection is taken",
    code: "database-connections-used-up",
    only: "doctor",
    ask: ["status", "--json"],
    inject: async (lab) => {
      const clients = [];
      for (let next = await open(lab); next !== null; next = await open(lab)) clients.push(next);
      return () => Promise.all(clients.map((client) => client.end().catch(() => undefined)));
    },
  },
  ...(isRoot
    ? [
        {
          kind: "postgres",
          name: "data of another user, which root gives back",
          code: "none",
          inject: async (lab) => {
            await lab.goat(["down"]);
            execFileSync("chown", ["-R", "12345", lab.data()]);
          },
        },
        {
          kind: "postgres",
          name: "the disk of its data is full",
          code: "disk-full",
          inject: async (lab) => {
            await lab.goat(["down"]);
            const [data, kept] = [lab.data(), `${lab.data()}.kept`];
            renameSync(data, kept);
            execFileSync("mkdir", ["-p", data]);
            execFileSync("mount", ["-t", "tmpfs", "-o", "size=400m", "tmpfs", data]);
            execFileSync("cp", ["-a", `${kept}/.`, data]);
            fill(join(data, "filler"));
            return async () => {
              await lab.goat(["down"]);
              execFileSync("umount", [data]);
              rmSync(data, { recursive: true });
              renameSync(kept, data);
            };
          },
          byHand: (lab) => rmSync(join(lab.data(), "filler")),
        },
      ]
    : []),
  {
    kind: "langfuse",
    name: "its database was dropped",
    code: "none",
    inject: async (lab) => {
      await signal(lab, "langfuse", "SIGKILL");
      await lab.sql('drop database "langfuse" with (force)');
    },
  },
  otherUrl("a database URL of MySQL", "database-url-invalid", url.slice(13).replace("postgresql", "mysql"), /mysql/),
  otherUrl(
    "a password of its own in DATABASE_URL",
    "database-url-refused",
    "postgresql://postgres:wrong@postgres:5432/litellm",
    /DATABASE_URL/,
  ),
  otherUrl(
    "a host that is none in DATABASE_URL",
    "database-unreachable",
    "postgresql://postgres:postgres@postgress:5432/litellm",
    /cannot reach its database/,
  ),
  {
    ...tables(
      "a migration that ended half-way, which LiteLLM takes back and applies anew",
      `update "_prisma_migrations" set finished_at = null where migration_name = (select max(migration_name) from "_prisma_migrations")`,
    ),
    code: "none",
  },
  tables(
    "tables of something else in its database",
    `alter table "_prisma_migrations" rename to "away"`,
    `alter table "away" rename to "_prisma_migrations"`,
    /something else/,
  ),
];

async function open(lab) {
  return lab.connect().then(
    (client) => client.on("error", () => undefined),
    () => null,
  );
}
