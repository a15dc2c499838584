import { ownCheck } from "../../compose/ready.ts";
import { GoatError } from "../../errors/goat-error.ts";
import type { ContainerSpec, NetworkSpec, ReadinessSpec, ServiceSpec, StackSpec } from "../../model/stack.ts";
import type { Launch, LocalService, Runtime } from "./runtime.ts";

/** Runs a program of this machine as the Compose file says it. */
export const commandRuntime: Runtime = {
  name: "command",
  image: () => "command (local)",
  refuse,
  installed: async () => "command",
  install: async () => undefined,
  launch,
};

/** The runtime that the Compose file names, else the one for services of this role; undefined where there is none. */
export function runtimeOf(runtimes: readonly Runtime[], { role, run }: ServiceSpec): Runtime | undefined {
  const name = run.embedded?.recipe;
  return runtimes.find((runtime) => (name === undefined ? runtime.role === role : runtime.name === name));
}

type Support = { readonly ok: true } | { readonly ok: false; readonly reason: string };

export function supportOf(runtimes: readonly Runtime[], service: ServiceSpec): Support {
  const runtime = runtimeOf(runtimes, service);
  if (runtime === undefined) return { ok: false, reason: noRuntime(runtimes, service) };
  const open = service.ports.find(({ host }) => host === null);
  const reason =
    open === undefined
      ? runtime.refuse(service)
      : `${service.name} leaves the host's port for ${open.container} open: without Docker it has to be named`;
  return reason === null ? { ok: true } : { ok: false, reason };
}

function noRuntime(runtimes: readonly Runtime[], service: ServiceSpec): string {
  const name = service.run.embedded?.recipe;
  const build = service.run.docker?.build;
  if (name === undefined && build !== undefined) {
    return `${service.name} is built from ${build.context}, which takes Docker, unless x-goat: { embedded: { command: [...] } } says how it runs without`;
  }
  return name === undefined
    ? `${service.name} cannot run without Docker, unless x-goat: { embedded: { command: [...] } } says how`
    : `${service.name} asks for the recipe "${name}": there are ${runtimes.map((runtime) => runtime.name).join(", ")}`;
}

function refuse({ name, run }: ServiceSpec): string | null {
  return run.embedded?.command?.[0] === undefined
    ? `${name} has no command to run: x-goat: { embedded: { command: [...] } }`
    : null;
}

/** Throws engine-refused, for what `supports` would have refused. */
export function needRuntime(runtimes: readonly Runtime[], service: ServiceSpec): Runtime {
  const runtime = runtimeOf(runtimes, service);
  if (runtime !== undefined) return runtime;
  throw new GoatError("engine-refused", noRuntime(runtimes, service), { service: service.name });
}

export function fitStack(runtimes: readonly Runtime[], stack: StackSpec): StackSpec {
  const services = stack.services.map((service) => fitService(runtimes, service, stack));
  return { ...stack, services, networks: stack.networks.map(fitNetwork) };
}

/** Keeps the name of a network only: its other settings change nothing for processes. */
function fitNetwork({ key, name, external }: NetworkSpec): NetworkSpec {
  return { key, name, external, driverOptions: {}, internal: false, attachable: false, enableIpv6: false, labels: {} };
}

function fitService(runtimes: readonly Runtime[], written: ServiceSpec, stack: StackSpec): ServiceSpec {
  const runtime = runtimeOf(runtimes, written);
  const service = runtime?.fit?.(written, stack) ?? written;
  const { docker, embedded } = service.run;
  if (runtime === undefined || docker === undefined) return service;
  return {
    ...service,
    ready: readyOf(service),
    run: { docker: fitDocker(docker, runtime, service), embedded: { ...embedded, recipe: runtime.name } },
  };
}

/**
 * Replaces an engine's health check, whose tools may be in the image only: a service is ready once it listens on its
 * first published port; without one its check is run here, else it has to keep running.
 */
function readyOf({ ready, ports, run }: ServiceSpec): ReadinessSpec {
  if (ready.kind !== "engine-health") return ready;
  const port = ports.find(({ protocol, host }) => protocol === "tcp" && host !== null);
  if (port?.host != null) return { kind: "tcp", host: everywhereIs127(port.hostIp), port: port.host };
  const own = run.docker === undefined ? undefined : ownCheck(run.docker);
  return own ?? { kind: "running", forMs: 1_000 };
}

function everywhereIs127(hostIp: string): string {
  return ["", "0.0.0.0", "::"].includes(hostIp) ? "127.0.0.1" : hostIp;
}

/** Puts the runtime's name for the product in the image's place, and no restart policy: nothing restarts a process. */
function fitDocker(docker: ContainerSpec, runtime: Runtime, service: ServiceSpec): ContainerSpec {
  const { platform: _platform, build: _build, entrypoint, ...rest } = docker;
  const own = service.run.embedded?.command;
  const fitted: ContainerSpec = {
    ...rest,
    ...(entrypoint === undefined || own !== undefined ? {} : { entrypoint }),
    image: runtime.image(service),
    pullPolicy: "missing",
    restart: { name: "no" },
  };
  return own === undefined ? fitted : { ...fitted, command: own };
}

function launch({ command, environment, workingDir }: LocalService): Launch {
  const [program = "", ...args] = command;
  return { command: [program, ...args], environment, cwd: workingDir, stopSignal: "SIGTERM" };
}
