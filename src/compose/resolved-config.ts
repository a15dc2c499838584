import { stringify } from "yaml";
import type { NetworkSpec, StackSpec, VolumeSpec } from "../model/stack.ts";
import { filled, type Plain, printService } from "./resolved-service.ts";

/** Says what is shown for a text; `name` is the variable's or label's, where it has one. */
export type Mask = (value: string, name: string | undefined) => string;

/** Names beside values that may be secret. */
const named = new Set(["environment", "labels", "driver_opts"]);

const printResource = (resource: NetworkSpec | VolumeSpec): Plain => ({
  name: resource.name,
  ...filled({
    driver: resource.driver,
    driver_opts: resource.driverOptions,
    external: resource.external,
    labels: resource.labels,
  }),
});

const printNetwork = (network: NetworkSpec): Plain => ({
  ...printResource(network),
  ipam: {},
  ...filled({ internal: network.internal, attachable: network.attachable, enable_ipv6: network.enableIpv6 }),
});

/** Masks every text, and doubles its dollars so that the result is a Compose file again. */
const finish = (value: unknown, mask: Mask, name?: string, parent?: string): unknown => {
  if (typeof value === "string") return mask(value, name).replaceAll("$", "$$$$");
  if (Array.isArray(value)) return value.map((item) => finish(item, mask));
  if (typeof value !== "object" || value === null) return value;
  const isNamed = parent !== undefined && named.has(parent);
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, finish(item, mask, isNamed ? key : undefined, key)]),
  );
};

/** The shape of `docker compose config --format json`. */
export type ResolvedConfig = Readonly<Record<string, unknown>>;

/** The stack in that shape. */
export const resolvedConfig = (stack: StackSpec, { mask }: { readonly mask: Mask }): ResolvedConfig => {
  const config = {
    name: stack.name,
    ...filled({ networks: Object.fromEntries(stack.networks.map((network) => [network.key, printNetwork(network)])) }),
    services: Object.fromEntries(stack.services.map((service) => [service.name, printService(service)])),
    ...filled({ volumes: Object.fromEntries(stack.volumes.map((volume) => [volume.key, printResource(volume)])) }),
  };
  return { ...(finish(config, mask) as Record<string, unknown>) };
};

/** Such an object as a Compose file's text. */
export const renderYaml = (config: object): string => stringify(config, { lineWidth: 0, version: "1.1" });
