// Ports that something else has, where the engine opens them.
import { listen } from "../lab.mjs";
import { anotherProject, closing } from "./places.mjs";

/** A container of somebody else. */
export const container = (lab, name, ...options) => {
  lab.docker("run", "--detach", "--name", name, ...options, lab.images.POSTGRES_IMAGE, "sleep", "infinity");
  return () => lab.docker("rm", "--force", "--volumes", name);
};

export const dockerPlaceRows = [
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
    kind: "port",
    name: "another program has the gateway's port",
    code: "port-taken",
    says: /taken by node/,
    inject: async (lab) => {
      lab.docker("rm", "--force", lab.container("litellm"));
      return closing(await listen(lab.ports[2]));
    },
  },
  anotherProject,
];
