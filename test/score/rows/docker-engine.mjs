// The engine itself, and what it has besides.
import { rmSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";

/** A socket at which somebody answers like this; nobody where it is null. */
const socket = (name, answer, says) => ({
  kind: "engine",
  name,
  code: "engine-unreachable",
  says,
  env: {},
  inject: async (lab, row) => {
    const path = join(lab.home, "engine.sock");
    row.env.DOCKER_HOST = `unix://${path}`;
    if (answer === null) return undefined;
    const server = createServer(answer);
    await new Promise((resolve) => server.listen(path, resolve));
    return () => {
      server.closeAllConnections();
      server.close();
      rmSync(path, { force: true });
    };
  },
  which: (fixes) => fixes.findIndex(({ command }) => command === "unset DOCKER_HOST"),
});

const oldPing = (_request, response) => response.writeHead(200, { "api-version": "1.20" }).end("OK");

/** A container of somebody else. */
const container = (lab, name, ...options) => {
  lab.docker("run", "--detach", "--name", name, ...options, lab.images.POSTGRES_IMAGE, "sleep", "infinity");
  return () => lab.docker("rm", "--force", "--volumes", name);
};

export const dockerEngineRows = [
  socket("no engine at DOCKER_HOST", null, /no such socket/),
  socket("an engine that never answers", () => undefined, /no answer in 3 s/),
  socket("an engine that is none", (_, response) => response.end("<h1>Hello</h1>"), /no Docker engine/),
  socket("an engine whose API is too old", oldPing, /1\.20/),
  {
    kind: "engine",
    name: "a context that is gone",
    code: "engine-context-unknown",
    says: /nowhere/,
    env: { DOCKER_CONTEXT: "nowhere", DOCKER_HOST: "" },
    inject: () => undefined,
    typed: () => "unset DOCKER_CONTEXT",
  },
  {
    kind: "engine",
    name: "a context on another machine",
    code: "engine-remote",
    says: /another machine/,
    env: { DOCKER_HOST: "ssh://me@build.example.com" },
    inject: () => undefined,
  },
  {
    kind: "engine",
    name: "a foreign container has a service's name",
    code: "name-taken",
    which: 1,
    only: "asked",
    inject: (lab) => {
      const name = lab.container("litellm");
      lab.docker("rm", "--force", name);
      const remove = container(lab, name);
      return () => {
        try {
          remove();
        } catch {
          // The fix removed it.
        }
      };
    },
  },
  {
    kind: "port",
    name: "a container has the gateway's port",
    code: "port-taken",
    says: /container/,
    inject: (lab) => {
      lab.docker("rm", "--force", lab.container("litellm"));
      return container(lab, `${lab.name}-other`, "--publish", `127.0.0.1:${lab.ports[2]}:80`);
    },
  },
  {
    kind: "port",
    name: "the same stack under another name",
    code: "port-taken",
    env: {},
    inject: (lab, row) => {
      row.env.COMPOSE_PROJECT_NAME = `${lab.name}-other`;
      row.envAfter = row.env;
      return () => lab.goat(["down", "--volumes", "--no-dump", "--yes"], { env: row.env });
    },
  },
  {
    kind: "engine",
    name: "the other engine of this stack",
    code: "engine-changed",
    env: { GOAT_DEV_ENGINE: "embedded" },
    inject: () => undefined,
  },
];
