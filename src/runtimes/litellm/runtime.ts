import { isAbsolute, join } from "node:path";
import type { Launch, LocalService, Machine, Runtime } from "../../engine/processes/runtime.ts";
import type { PortSpec, ServiceSpec } from "../../model/stack.ts";
import { pinnedImages } from "../../project/versions.ts";
import { databaseEnvironment, fitDatabase } from "./database.ts";
import { installLitellm } from "./install.ts";
import { isInstalled, type Place, placeOf, pythonOf } from "./installation.ts";

/** LiteLLM from the Python package index, as the shipped locks pin it. */
export function litellmRuntime(machine: Machine): Runtime {
  let known: Place | undefined;
  const place = (): Place => {
    known ??= placeOf(machine);
    return known;
  };
  return {
    name: "litellm",
    role: "gateway",
    fit: fitDatabase,
    image: (service) => imageText(place(), service),
    refuse: (service) => refuse(machine, service),
    installed: async () => (isInstalled(place()) ? place().hash : null),
    install: (io) => installLitellm({ machine, place: place() }, io),
    launch: (local) => launch(machine, place(), local),
  };
}

/** The version that runs, and which image the user asked for where that is another one. */
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
    environment: environmentOf(local, { marker: place.marker, machine }),
    cwd: local.workingDir,
    stopSignal: "SIGTERM",
  };
}

/** The published port for the port that the command listens on; undefined where it is not published. */
export function publishedPort(
  command: readonly string[],
  ports: readonly PortSpec[],
): (PortSpec & { readonly host: number }) | undefined {
  const { port } = split(command);
  const found = ports.find(({ container, protocol }) => protocol === "tcp" && container === port);
  return found?.host == null ? undefined : { ...found, host: found.host };
}

interface Split {
  readonly rest: readonly string[];
  readonly port: number;
}

const program = /(?:^|\/)litellm$/;

/** LiteLLM's default port, where its command names none. */
const defaultPort = 4000;

/** Takes --host and --port out of LiteLLM's arguments, in both forms: `--port 4000` and `--port=4000`. */
function split(command: readonly string[]): Split {
  const words = program.test(command[0] ?? "") ? command.slice(1) : command;
  const rest: string[] = [];
  let port = defaultPort;
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? "";
    const [, name, written] = /^--(host|port)(?:=(.*))?$/s.exec(word) ?? [];
    if (name === undefined) {
      rest.push(word);
      continue;
    }
    const value = written ?? words[++index] ?? "";
    if (name === "port") port = Number(value) || defaultPort;
  }
  return { rest, port };
}

/** The service's arguments, with this machine's address and published port in place of the container's. */
export function argumentsOf({ command, ports, mounts }: LocalService): readonly string[] {
  const { rest, port } = split(command);
  const published = publishedPort(command, ports);
  const words = rest.map((word) => inImageFolder(word, mounts));
  return [...words, "--host", published?.hostIp || "127.0.0.1", "--port", String(published?.host ?? port)];
}

const imageFolder = "/app";

/**
 * Replaces a path relative to the image's working folder by the file that is mounted there; any other word stays as it
 * is.
 */
function inImageFolder(word: string, mounts: LocalService["mounts"]): string {
  if (word === "" || word.startsWith("-") || isAbsolute(word)) return word;
  const target = `${imageFolder}/${word.replace(/^\.\//, "")}`;
  return mounts.find((mount) => mount.target === target)?.path ?? word;
}

type Env = Readonly<Record<string, string | undefined>>;

/** Variables that tell programs where the gateway is: with them the gateway would call itself. */
const programs = new Set(["OPENAI_BASE_URL", "OPENAI_API_BASE"]);

/** The Compose file's variables, with those that the database client needs, and the launcher's own on top. */
export function environmentOf(
  { environment, logFolder }: LocalService,
  { marker, machine }: { readonly marker: string; readonly machine: Machine },
): Readonly<Record<string, string>> {
  return {
    ...pastTheProxy(environment, machine.env),
    ...databaseEnvironment(environment, machine),
    ...Object.fromEntries(Object.entries(environment).filter(([name]) => !programs.has(name))),
    GOAT_DEV_LOG_FILE: join(logFolder, "service.log"),
    GOAT_DEV_INSTALLED: marker,
    // Tells a reload which launcher is meant: all services share this machine.
    GOAT_DEV_CONTROL: logFolder,
  };
}

const here = ["localhost", "127.0.0.1", "::1"];

/** Traces go to this machine itself, which the shell's proxy cannot reach. */
function pastTheProxy(environment: Env, shell: Env): Readonly<Record<string, string>> {
  const isProxied = Object.entries(shell).some(([name, value]) => /^(?:https?|all)_proxy$/i.test(name) && value);
  if (!isProxied || environment["NO_PROXY"] !== undefined || environment["no_proxy"] !== undefined) return {};
  const hosts = [...(shell["no_proxy"] || shell["NO_PROXY"] || "").split(","), ...here].filter((host) => host !== "");
  const text = [...new Set(hosts)].join(",");
  return { NO_PROXY: text, no_proxy: text };
}
