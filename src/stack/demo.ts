import { createHash } from "node:crypto";
import { basename, join } from "node:path";
import { GoatError } from "../errors/goat-error.ts";
import { demoConfig } from "../gateway/config.ts";
import type { Mount, ServiceSpec, StackSpec } from "../model/stack.ts";
import { readTextIfThere } from "../platform/text-file.ts";
import { gatewayOf } from "./plan/endpoints.ts";

/** A config made from the user's, which stays as it is. */
export interface DemoConfig {
  readonly path: string;
  readonly text: string;
}

/**
 * The stack with a gateway that needs no provider. The caller must write the demo's config before anything starts.
 * Throws usage, gateway-config-invalid.
 */
export function demoStack(
  stack: StackSpec,
  stateDir: string,
): { readonly stack: StackSpec; readonly demo: DemoConfig } {
  const gateway = gatewayOf(stack);
  const config = gateway?.config ?? null;
  const text = config === null ? undefined : readTextIfThere(config.source);
  if (gateway === null || config === null || text === undefined) {
    throw new GoatError("usage", "a demo needs a gateway with a config file of its own, and this stack mounts none", {
      fixes: [{ command: "goat-dev config", effect: "shows what the gateway mounts" }],
    });
  }
  const demo = { path: join(stateDir, "demo", basename(config.source)), text: demoConfig(text, config.path) };
  const service = onConfig(gateway.service, config.source, demo);
  const services = stack.services.map((each) => (each === gateway.service ? service : each));
  return { stack: { ...stack, services }, demo };
}

const own = { kind: "bind", readOnly: true, createHostPath: false } as const;

function onConfig(service: ServiceSpec, source: string, demo: DemoConfig): ServiceSpec {
  const hash = createHash("sha256").update(demo.text).digest("hex");
  const files = service.files.map((file) =>
    file.source === source ? { ...file, path: `${file.path} (demo)`, source: demo.path, hash, ownHash: hash } : file,
  );
  const { docker } = service.run;
  if (docker === undefined) return { ...service, files };
  const isMounted = docker.mounts.some((mount) => mount.kind === "bind" && mount.source === source);
  const swap = (mount: Mount): Mount =>
    mount.kind === "bind" && mount.source === source ? { ...mount, source: demo.path } : mount;
  // Where only the config's folder is mounted, the demo's config is mounted over the user's.
  const over = (target: string): Mount => ({ ...own, source: demo.path, target });
  const mounts = isMounted
    ? docker.mounts.map(swap)
    : [...docker.mounts, ...service.files.filter((file) => file.source === source).map(({ target }) => over(target))];
  return { ...service, files, run: { ...service.run, docker: { ...docker, mounts } } };
}
