import { createHash } from "node:crypto";
import { withoutDatabase } from "../model/database.ts";
import type { ContainerSpec, Mount, ReadinessSpec, ServiceSpec, StackSpec } from "../model/stack.ts";
import type { GatewayEndpoint } from "./plan/endpoints.ts";

export interface DrillRequest {
  readonly stack: StackSpec;
  readonly gateway: GatewayEndpoint;
  /** The throw-away stack's name. */
  readonly name: string;
  /** The config it runs on, and the file that it replaces: on this machine (`source`), in the container (`target`). */
  readonly config: { readonly path: string; readonly text: string; readonly source: string; readonly target: string };
  /** On this machine's loopback. */
  readonly port: number;
}

/** A stack of the gateway alone, on another config and port, without a database: nothing of the real one is touched. */
export function drillStack({ stack, gateway, name, config, port }: DrillRequest): StackSpec {
  const service = withoutDatabase(gateway.service);
  const hash = createHash("sha256").update(config.text).digest("hex");
  const only: ServiceSpec = {
    ...service,
    ports: service.ports.map((each) => ({ ...each, host: each.host === gateway.port ? port : null })),
    files: service.files.map((file) => (file.source === config.source ? { ...file, source: config.path, hash } : file)),
    dependsOn: [],
    ready: onPort(service.ready, gateway.port, port),
    run: onConfig(service.run, config),
  };
  const networks = stack.networks.map((each) => (each.external ? each : { ...each, name: `${name}_${each.key}` }));
  return { ...stack, name, services: [only], networks, volumes: [] };
}

function onPort(ready: ReadinessSpec, from: number, to: number): ReadinessSpec {
  if (ready.kind === "all" || ready.kind === "any")
    return { ...ready, of: ready.of.map((each) => onPort(each, from, to)) };
  return "port" in ready && ready.port === from ? { ...ready, port: to } : ready;
}

/** Mounts the other config in place of the gateway's own file, or over it where the file's whole folder is mounted. */
function onConfig(
  { docker, embedded }: ServiceSpec["run"],
  { path, target }: DrillRequest["config"],
): ServiceSpec["run"] {
  const over: Mount = { kind: "bind", source: path, target, readOnly: true, createHostPath: false };
  const mounts = (docker?.mounts ?? []).filter((mount) => mount.target !== target);
  return {
    ...(docker === undefined
      ? {}
      : { docker: { ...withoutName(docker), mounts: [...mounts, over], restart: { name: "no" } } }),
    embedded: { ...embedded, database: false },
  };
}

/** Without the Compose file's `container_name`, which belongs to the real container. */
function withoutName({ containerName: _name, ...docker }: ContainerSpec): ContainerSpec {
  return docker;
}
