// Postgres, Langfuse's place and LiteLLM, broken while they run or before they start.
import { existsSync, readdirSync, renameSync } from "node:fs";
import { join } from "node:path";

const compose = "dev/docker-compose.yml";

/** Sends the signal that a person would, and waits for what it does. */
async function signal(lab, service, name) {
  const pid = await lab.pid(service);
  process.kill(pid, name);
  return pid;
}

const stopped = (service) => ({
  kind: service,
  name: `${service} stands still (SIGSTOP)`,
  code: "service-hung",
  says: /does not answer/,
  only: "doctor",
  ask: ["status", "--json"],
  inject: async (lab) => {
    const pid = await signal(lab, service, "SIGSTOP");
    return () => {
      try {
        process.kill(pid, "SIGCONT");
      } catch {
        // It was ended by the fix.
      }
    };
  },
});

const killed = (service) => ({
  kind: service,
  name: `${service} was killed`,
  code: "service-exited",
  only: "doctor",
  ask: ["status", "--json"],
  inject: async (lab) => {
    await signal(lab, service, "SIGKILL");
    await new Promise((resolve) => setTimeout(resolve, 500));
  },
});

/** Where the embedded engine keeps the database's files. */
function dataFolder(lab, from = lab.path(".goat-dev")) {
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue;
    const folder = join(from, entry.name);
    if (existsSync(join(folder, "PG_VERSION")) && existsSync(join(folder, "global"))) return folder;
    const found = dataFolder(lab, folder);
    if (found !== null) return found;
  }
  return null;
}

export const serviceRows = [
  ...["postgres", "langfuse", "litellm"].map(killed),
  stopped("litellm"),
  stopped("langfuse"),
  {
    kind: "postgres",
    name: "another password than the data's",
    code: "database-password-drift",
    inject: (lab) => lab.setEnv({ POSTGRES_PASSWORD: "another-one" }),
  },
  {
    kind: "postgres",
    name: "another user than the data's",
    code: "database-user-drift",
    says: /frieda.*postgres/,
    inject: (lab) => lab.setEnv({ POSTGRES_USER: "frieda" }),
  },
  {
    kind: "postgres",
    name: "pg_control is gone",
    code: "database-damaged",
    inject: async (lab) => {
      await lab.goat(["down"]);
      const file = join(dataFolder(lab), "global/pg_control");
      renameSync(file, `${file}.away`);
    },
    byHand: (lab) => {
      const file = join(dataFolder(lab), "global/pg_control");
      renameSync(`${file}.away`, file);
    },
  },
  {
    kind: "langfuse",
    name: "its database was dropped",
    code: "database-missing",
    only: "doctor",
    ask: ["status", "--json"],
    inject: async (lab) => {
      await signal(lab, "langfuse", "SIGKILL");
      await lab.sql('drop database "langfuse" with (force)');
    },
  },
  {
    kind: "litellm",
    name: "a database URL of MySQL",
    code: "database-url-invalid",
    says: /mysql/,
    inject: (lab) =>
      lab.edit(compose, (text) => text.replace(/DATABASE_URL=postgresql(.*\/litellm)$/m, "DATABASE_URL=mysql$1")),
    byHand: (lab) => lab.restore(),
  },
  {
    kind: "litellm",
    name: "a password of its own in DATABASE_URL",
    code: "database-url-refused",
    inject: (lab) =>
      lab.edit(compose, (text) =>
        text.replace(
          "DATABASE_URL=postgresql://${POSTGRES_USER:-postgres}:${POSTGRES_PASSWORD:-postgres}@postgres:5432/litellm",
          "DATABASE_URL=postgresql://postgres:wrong@postgres:5432/litellm",
        ),
      ),
    byHand: (lab) => lab.restore(),
  },
  {
    kind: "litellm",
    name: "a SOCKS proxy without its package",
    code: "proxy-unfit",
    env: { ALL_PROXY: "socks5://127.0.0.1:1" },
    inject: (lab) => signal(lab, "litellm", "SIGKILL").then(() => undefined),
  },
  {
    kind: "litellm",
    name: "another salt key",
    code: "salt-key-changed",
    only: "up",
    inject: (lab) => lab.setEnv({ LITELLM_SALT_KEY: "another-salt-key-0123" }),
  },
];
