// The engine itself, and what it has besides.
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, statSync, symlinkSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { fill } from "../lab.mjs";
import { canStartEngine, startOwnEngine } from "../own-engine.mjs";
import { container } from "./docker-places.mjs";

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

const isRoot = process.getuid?.() === 0;

/** Another user of this machine, who owns the project and may do nothing else; with the groups that are named. */
const asNobody = (...groups) => {
  const who = ["setpriv", "--reuid=65534", "--regid=65534"];
  return [...who, groups.length === 0 ? "--clear-groups" : `--groups=${groups.join(",")}`];
};

const give = (lab, owner) => {
  for (const path of [lab.folder, lab.home]) execFileSync("chown", ["-R", owner, path]);
};

/** The first of a name wins, as in a PATH. */
function link(target, path) {
  if (!existsSync(path)) symlinkSync(target, path);
}

/** What only root can bring about: other users, and a machine without an engine. */
const rowsOfRoot = [
  {
    kind: "engine",
    name: "a socket that this user may not open",
    code: "engine-unreachable",
    says: /docker\.sock.*permission denied/,
    env: { DOCKER_HOST: undefined },
    prefix: asNobody(),
    inject: (lab, row) => {
      chmodSync(lab.base, 0o755);
      give(lab, "65534:65534");
      // What the fix comes to with the next log-in.
      row.prefixAfter = asNobody(statSync("/var/run/docker.sock").gid);
      return () => give(lab, "0:0");
    },
    byHand: (_lab, { fixes }) => {
      if (!fixes[0].command.includes("usermod -aG docker")) throw new Error("another fix is printed");
    },
  },
  {
    kind: "engine",
    name: "no engine on this machine",
    code: "engine-unreachable",
    says: /not installed/,
    env: { DOCKER_HOST: undefined },
    // Nothing of the engine's is to be seen: neither its socket nor a program of it.
    prefix: ["unshare", "--mount", "sh", "-c", 'mount -t tmpfs tmpfs /run && exec "$@"', "sh"],
    inject: (lab, row) => {
      const programs = join(lab.base, "programs");
      mkdirSync(programs);
      const engines = ["docker", "dockerd", "podman"];
      for (const folder of ["/usr/bin", "/usr/sbin"]) {
        const names = readdirSync(folder).filter((name) => !engines.includes(name));
        for (const name of names) link(join(folder, name), join(programs, name));
      }
      row.env.PATH = programs;
      row.prefixAfter = row.prefix;
      row.envAfter = { PATH: programs, DOCKER_HOST: undefined, GOAT_DEV_ENGINE: "" };
      // Its ports are not those of the stack that runs on Docker.
      const [postgres, langfuse, litellm] = lab.ports.map((port) => port + 3_000);
      lab.setEnv({ POSTGRES_PORT: postgres, LANGFUSE_PORT: langfuse, LITELLM_PORT: litellm });
      return async () => {
        const more = { env: row.envAfter, prefix: row.prefix };
        await lab.goat(["down", "--volumes", "--no-dump", "--yes"], more);
        rmSync(programs, { recursive: true });
      };
    },
    which: (fixes) => fixes.findIndex(({ command }) => command.includes("--engine embedded")),
  },
];

/** An engine that is somebody's, with little of what an engine needs; asked for the database alone. */
const scarce = (name, code, says, { pool, sizeMb, use, ...more }) => ({
  kind: "engine",
  name,
  code,
  says,
  only: "asked",
  ask: ["up", "postgres", "--json"],
  after: ["up", "postgres", "--json"],
  input: "y\n",
  inject: async (lab, row) => {
    const own = await startOwnEngine(lab, { pool, sizeMb });
    row.env = { DOCKER_HOST: own.host, COMPOSE_PROJECT_NAME: `${lab.name}-scarce` };
    row.envAfter = row.env;
    const [postgres, langfuse, litellm] = lab.ports.map((port) => port + 3_000);
    lab.setEnv({ POSTGRES_PORT: postgres, LANGFUSE_PORT: langfuse, LITELLM_PORT: litellm });
    row.own = own;
    const undo = async () => {
      await lab.goat(["down", "--volumes", "--no-dump", "--yes"], { env: row.env });
      await own.stop();
    };
    try {
      use(own, lab);
    } catch (error) {
      await undo();
      throw error;
    }
    return undo;
  },
  ...more,
});

const plenty = (base) => `base=${base}/16,size=24`;

const scarceRows = [
  scarce("no addresses left for networks", "network-addresses-used-up", /no addresses left/, {
    pool: (base) => `base=${base}/27,size=28`,
    sizeMb: 1_000,
    use: ({ docker }) => {
      for (const name of ["one", "two"]) docker("network", "create", name);
    },
    typed: (command) => `${command} --force`,
  }),
  scarce("its disk is full", "disk-full", /engine's disk is full/, {
    pool: plenty,
    sizeMb: 1_000,
    use: ({ root }) => fill(join(root, "filler")),
    byHand: (_lab, _told, { own }) => rmSync(join(own.root, "filler")),
  }),
];

export const dockerEngineRows = [
  ...(isRoot ? rowsOfRoot : []),
  ...(canStartEngine ? scarceRows : []),
  socket("no engine at DOCKER_HOST", null, /no such socket/),
  {
    ...socket("a socket that a dead engine left behind", null, /not running/),
    inject: (lab, row) => {
      const path = join(lab.home, "left.sock");
      const die = "require('net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))";
      spawnSync(process.execPath, ["-e", die, path]);
      row.env.DOCKER_HOST = `unix://${path}`;
      return () => rmSync(path, { force: true });
    },
  },
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
    kind: "engine",
    name: "the other engine of this stack",
    code: "engine-changed",
    env: { GOAT_DEV_ENGINE: "embedded" },
    inject: () => undefined,
  },
];
