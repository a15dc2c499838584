import type { TracePath } from "../doctor/failures/trace.ts";
import { readGatewayConfig } from "../gateway/config.ts";
import type { StackSpec } from "../model/stack.ts";
import { readTextIfThere } from "../platform/text-file.ts";
import { gatewayOf, tracingOf } from "../stack/plan/endpoints.ts";

/** What decides whether a call's trace arrives; null where the stack has no tracing, or no config on this machine. */
export function tracePath(stack: StackSpec): TracePath | null {
  const [gateway, tracing] = [gatewayOf(stack), tracingOf(stack)];
  const config = gateway?.config ?? null;
  const text = config === null ? undefined : readTextIfThere(config.source);
  if (gateway === null || tracing === null || config === null || text === undefined) return null;
  const { settings } = readGatewayConfig(text, config.path);
  const { publicKey, secretKey, service } = tracing;
  return {
    gateway: gateway.service.name,
    tracing: service.name,
    config: config.path,
    callbacks: settings.successCallbacks,
    environment: gateway.service.environment,
    publicKey,
    secretKey,
    ports: service.ports.map(({ container }) => container),
    services: stack.services.map(({ name }) => name),
    tracingMajor: majorOf(service.run.docker?.image ?? ""),
  };
}

/** The first number of an image's tag. */
function majorOf(image: string): number | null {
  const major = /:v?(\d+)(?:[.@-]|$)/.exec(image)?.[1];
  return major === undefined ? null : Number(major);
}
