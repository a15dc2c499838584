import { join } from "node:path";
import type { Machine, Runtime } from "../../engine/processes/runtime.ts";
import { GoatError } from "../../errors/goat-error.ts";
import { kindOf } from "../../platform/files.ts";
import { hashTree } from "../../platform/tree-hash.ts";

const port = 3000;

/** goat-dev's own trace recorder in Langfuse's place. */
export function recorderRuntime(machine: Machine): Runtime {
  const folder = join(machine.packageRoot, "dist", "recorder");
  const program = join(folder, "main.js");
  return {
    name: "recorder",
    role: "tracing",
    image: () => `goat-dev trace recorder ${machine.version}`,
    refuse: (service) =>
      publishedPort(service.ports) === undefined ? `${service.name} publishes no port for ${port}` : null,
    // Contains a hash of the build, so that a new build is drift.
    installed: async () =>
      kindOf(program) === "file" ? `${machine.version} ${(await hashTree(folder)).slice(0, 16)}` : null,
    install: async () => {
      if (kindOf(program) === "file") return;
      throw new GoatError("runtime-unavailable", `the trace recorder is not built: ${program} is missing`, {
        fixes: [{ command: "npm run build", effect: "builds goat-dev where it is a clone; else install it anew" }],
      });
    },
    launch: (local) => {
      const published = publishedPort(local.ports);
      if (published?.host == null) throw new Error(`${local.service}: no port of this machine for ${port}`);
      return {
        command: [machine.nodePath, program],
        environment: {
          ...local.environment,
          PORT: String(published.host),
          HOSTNAME: published.hostIp === "" ? "0.0.0.0" : published.hostIp,
          RECORDER_LOG_FILE: join(local.logFolder, "service.log"),
        },
        cwd: machine.packageRoot,
        stopSignal: "SIGTERM",
      };
    },
  };
}

function publishedPort(ports: Parameters<Runtime["launch"]>[0]["ports"]) {
  return ports.find(({ container, protocol }) => container === port && protocol === "tcp");
}
