import type { Launch, LocalService, Machine, Runtime } from "../../engine/processes/runtime.ts";
import type { ServiceSpec } from "../../model/stack.ts";
import { pinnedImages } from "../../project/versions.ts";
import { argumentsOf, publishedPort } from "./arguments.ts";
import { environmentOf } from "./environment.ts";
import { installLitellm } from "./install.ts";
import { type Place, placeOf, pythonOf } from "./installation.ts";
import { isInstalled } from "./marker.ts";

/** LiteLLM from the Python package index, as the shipped lock pins it; without a database. */
export function litellmRuntime(machine: Machine): Runtime {
  let known: Place | undefined;
  const place = (): Place => {
    known ??= placeOf(machine);
    return known;
  };
  return {
    name: "litellm",
    role: "gateway",
    without: ["database"],
    image: (service) => imageText(place(), service),
    refuse: (service) => refuse(machine, service),
    installed: async () => (isInstalled(place()) ? place().hash : null),
    install: (io) => installLitellm({ machine, place: place() }, io),
    launch: (local) => launch(machine, place(), local),
  };
}

/** Says whose version runs, where the user asked for another. */
function imageText({ version }: Place, { run }: ServiceSpec): string {
  const asked = run.docker?.image;
  const isOwn = asked === undefined || asked === pinnedImages.LITELLM_IMAGE || asked.startsWith("litellm ");
  return isOwn ? `litellm ${version} (local)` : `litellm ${version} (local, instead of ${asked})`;
}

function refuse(machine: Machine, service: ServiceSpec): string | null {
  if (machine.platform === "win32") return "LiteLLM without Docker needs Linux or macOS; WSL is Linux";
  return publishedPort(commandOf(service), service.ports) === undefined
    ? `${service.name} publishes no port of what it listens on`
    : null;
}

function commandOf({ run }: ServiceSpec): readonly string[] {
  return run.embedded?.command ?? run.docker?.command ?? [];
}

function launch(machine: Machine, place: Place, local: LocalService): Launch {
  return {
    command: [pythonOf(place.venv), place.launcher, ...argumentsOf(local)],
    environment: environmentOf(local, { marker: place.marker, shell: machine.env }),
    cwd: local.workingDir,
    stopSignal: "SIGTERM",
  };
}
