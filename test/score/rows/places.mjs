// Ports, folders and files that something else has.
import { cpSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { listen } from "../lab.mjs";

export const closing = (server) => async () => {
  await new Promise((resolve) => server.close(resolve));
};

/** The service is ended first, so that its port has to be opened anew. */
async function takePort(lab, service, index) {
  const pid = await lab.pid(service);
  process.kill(pid, "SIGKILL");
  for (let tries = 0; tries < 100; tries += 1) {
    const server = await listen(lab.ports[index]).catch(() => null);
    if (server !== null) return closing(server);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`port ${lab.ports[index]} is not let go`);
}

export const anotherProject = {
  kind: "port",
  name: "another project has it",
  code: "port-taken",
  says: /postgres/,
  inject: async (lab) => {
    await lab.goat(["down"]);
    const other = join(dirname(lab.folder), "other");
    cpSync(lab.folder, other, { recursive: true, filter: (path) => !path.endsWith("/.goat-dev") });
    const there = { cwd: other, env: { COMPOSE_PROJECT_NAME: `${lab.name}-other` } };
    await lab.goat(["up", "postgres"], there);
    return async () => {
      await lab.goat(["down", "--volumes", "--no-dump", "--yes"], there);
      rmSync(other, { recursive: true, force: true });
    };
  },
};

export const placeRows = [
  {
    kind: "port",
    name: "another program has the gateway's port",
    code: "port-taken",
    says: /taken by node/,
    only: "asked",
    inject: (lab) => takePort(lab, "litellm", 2),
  },
  {
    kind: "port",
    name: "another program has Postgres' port",
    code: "port-taken",
    says: /taken by node/,
    only: "asked",
    inject: (lab) => takePort(lab, "postgres", 0),
  },
  anotherProject,
  {
    kind: "port",
    name: "another program where localhost may lead",
    code: "warning",
    says: /\[::1\]/,
    inject: async (lab) => {
      lab.stranger = await listen(lab.ports[2], "::1");
      return closing(lab.stranger);
    },
    only: "doctor",
    byHand: (lab) => closing(lab.stranger)(),
  },
  {
    kind: "port",
    name: "two services want the same port",
    code: "port-taken",
    says: /both want port/,
    inject: (lab) => lab.setEnv({ LANGFUSE_PORT: lab.ports[2] }),
    byHand: (lab) => lab.restore(),
  },
  ...(process.getuid?.() === 0
    ? [
        {
          kind: "port",
          name: "a port below 1024, as a user who is not root",
          code: "port-forbidden",
          says: /port 81 of litellm may not be opened/,
          // Root without the one right that opens such ports.
          prefix: ["setpriv", "--inh-caps=-net_bind_service", "--bounding-set=-net_bind_service"],
          inject: (lab, row) => {
            lab.setEnv({ LITELLM_PORT: 81 });
            row.prefixAfter = row.prefix;
          },
        },
      ]
    : []),
  {
    kind: "port",
    name: "a port that is no number",
    code: "compose-invalid",
    says: /LITELLM_PORT|port/,
    inject: (lab) => lab.setEnv({ LITELLM_PORT: "4000x" }),
    byHand: (lab) => lab.restore(),
  },
  {
    kind: "file",
    name: "a password that no URL can hold",
    code: "password-needs-encoding",
    inject: (lab) => lab.setEnv({ POSTGRES_PASSWORD: "p@ss/word" }),
    byHand: (lab) => lab.restore(),
  },
];
