// Containers that are paused, removed or starved, and a volume that is not as Postgres wants it.
import { readFileSync } from "node:fs";

const compose = "dev/docker-compose.yml";
const status = ["status", "--json"];
const up = ["up", "--json", "--no-example"];

const paused = (service, ask) => ({
  kind: service,
  name: `${service} is paused, ${ask[0]}`,
  code: "service-paused",
  says: /paused/,
  ask,
  inject: (lab) => {
    lab.docker("pause", lab.container(service));
    return () => {
      try {
        lab.docker("unpause", lab.container(service));
      } catch {
        // The fix did.
      }
    };
  },
});

/** A line of the Compose file is another; mended by putting it back. */
const edited = (kind, name, code, from, to, says) => ({
  kind,
  name,
  code,
  says,
  inject: (lab) => lab.edit(compose, (text) => text.replace(from, to)),
  byHand: (lab) => lab.restore(),
});

function inVolume(lab, script) {
  const mount = ["--volume", `${lab.name}_postgres-data:/data`];
  lab.docker("run", "--rm", "--user", "0", "--entrypoint", "sh", ...mount, lab.images.POSTGRES_IMAGE, "-c", script);
}

/** Something happens to the data while nothing runs. */
const data = (name, code, command, back, says) => {
  return {
    kind: "postgres",
    name,
    code,
    says,
    inject: async (lab) => {
      await lab.goat(["down"]);
      inVolume(lab, command);
    },
    byHand: (lab) => inVolume(lab, back),
  };
};

/** Its first process stands still, which no engine tells: the container runs, its port takes connections. */
const standing = (service, ask) => ({
  kind: service,
  name: `${service} stands still, ${ask[0]}`,
  code: "service-hung",
  says: /does not answer/,
  ask,
  inject: (lab) => {
    for (const pid of processesOf(lab, service)) process.kill(pid, "SIGSTOP");
  },
});

/** Of a container whose processes are this machine's; Podman's `top` knows no such columns. */
function processesOf(lab, service) {
  return withChildren(lab.docker("inspect", "--format", "{{.State.Pid}}", lab.container(service)));
}

function withChildren(pid) {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ");
  return [Number(pid), ...children.filter((child) => child !== "").flatMap(withChildren)];
}

export const dockerServiceRows = [
  ...["postgres", "langfuse", "litellm"].flatMap((service) => [standing(service, up), standing(service, status)]),
  ...["postgres", "langfuse", "litellm"].map((service) => paused(service, status)),
  { ...paused("litellm", ["ask", "--json", "Why?"]), code: "service-paused" },
  {
    kind: "litellm",
    name: "stopped, and the network removed",
    code: "network-missing",
    only: "doctor",
    ask: status,
    inject: (lab) => {
      for (const service of ["litellm", "langfuse", "postgres"])
        lab.docker("stop", "--time", "1", lab.container(service));
      lab.docker("network", "rm", `${lab.name}_default`);
      // Refused, and the engine keeps why.
      try {
        lab.docker("start", lab.container("litellm"));
      } catch {}
    },
  },
  {
    kind: "litellm",
    name: "removed while up waits for it",
    code: "service-removed",
    only: "asked",
    says: /removed/,
    inject: (lab) => {
      lab.docker("rm", "--force", lab.container("litellm"));
      const remove = setInterval(() => {
        try {
          if (lab.docker("inspect", "--format", "{{.State.Running}}", lab.container("litellm")) !== "true") return;
          lab.docker("rm", "--force", lab.container("litellm"));
          clearInterval(remove);
        } catch {
          // It is not there yet.
        }
      }, 200);
      return () => clearInterval(remove);
    },
  },
  edited(
    "litellm",
    "less memory than it needs",
    "service-out-of-memory",
    "    init: true\n",
    "    init: true\n    mem_limit: 150m\n",
    /ran out of memory of 150 MB/,
  ),
  edited(
    "litellm",
    "another port in its command",
    "service-port-mismatch",
    '"--port", "4000"',
    '"--port", "4001"',
    /4001/,
  ),
  edited(
    "postgres",
    "its volume is mounted read-only",
    "database-read-only",
    "postgres-data:/var/lib/postgresql/data",
    "postgres-data:/var/lib/postgresql/data:ro",
    /cannot be written/,
  ),
  data(
    "pg_control is gone",
    "database-damaged",
    "mv /data/global/pg_control /data/away",
    "mv /data/away /data/global/pg_control",
  ),
  data(
    "data of another major version",
    "database-version-mismatch",
    "cp -p /data/PG_VERSION /data/away; echo 15 >/data/PG_VERSION",
    "mv /data/away /data/PG_VERSION",
    /Postgres 15/,
  ),
  {
    ...data("data of another user", "database-data-foreign", "chown -R 1 /data", "chown -R 999 /data", /another user/),
    inject: async (lab) => {
      await lab.goat(["down"]);
      inVolume(lab, "chown -R 1 /data; chmod 700 /data");
      lab.edit(compose, (text) =>
        text.replace("    restart: on-failure\n", '    restart: on-failure\n    user: "999"\n'),
      );
    },
  },
];
