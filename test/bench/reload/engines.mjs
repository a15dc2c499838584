// Where the gateway runs: a project there, how it is brought up and taken down, and what a restart of it is called.
import { createLab, read } from "../lab.mjs";
import { createLocalLab, installedCache } from "../local/lab.mjs";
import { ran } from "../measure.mjs";
import { compose, goatDev } from "../tools.mjs";

/** In containers, beside docker compose on the same file. */
export async function openDocker() {
  const lab = await createLab();
  const bridge = ["network", "inspect", "--format", "{{(index .IPAM.Config 0).Gateway}}", "bridge"];
  return {
    ...lab,
    ...goatDev(lab),
    name: "Docker",
    provider: await read("docker", bridge),
    restart: { title: "docker compose restart litellm", command: compose(lab).restart },
    remove: async () => {
      await ran(goatDev(lab).clean, { ...lab, signal: AbortSignal.timeout(120_000) });
      await lab.remove();
    },
  };
}

/** As plain processes, beside goat-dev's own restart of the process. */
export async function openLocal() {
  const lab = await createLocalLab({ cache: await installedCache() });
  return {
    ...lab,
    name: "without Docker",
    provider: "127.0.0.1",
    up: lab.goatDev("up", "--no-example"),
    watch: lab.goatDev("watch"),
    restart: { title: "goat-dev restart litellm --hard", command: lab.goatDev("restart", "litellm", "--hard") },
  };
}
