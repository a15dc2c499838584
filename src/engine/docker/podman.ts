import { networkInterfaces } from "node:os";
import type { NetworkInspectInfo } from "dockerode";
import { ownCheck } from "../../compose/ready.ts";
import type { Operation } from "../../model/plan.ts";
import type { ServiceSpec, StackSpec } from "../../model/stack.ts";
import { type Connection, isOlder } from "./connect.ts";
import { guarded } from "./errors.ts";
import type { Reader } from "./reader.ts";

type Create = Extract<Operation, { type: "create-container" }>;

const word = /:host-gateway$/;

/**
 * Puts this machine's address in the place of `host-gateway` for Podman below 4.7, which would take the word itself for
 * an address: the container could not reach this machine by its name.
 */
export async function withHostGateway(op: Create, connection: Connection, signal: AbortSignal): Promise<Create> {
  const { about, reader } = connection;
  const { service, stack } = op;
  const { docker } = service.run;
  const named = docker?.extraHosts ?? [];
  const isKnown = about.product !== "Podman" || !isOlder(about.version, "4.7");
  if (docker === undefined || isKnown || !named.some((entry) => word.test(entry))) return op;
  const key = docker.networks[0]?.network;
  const network = stack.networks.find((one) => one.key === key)?.name;
  const address = await guarded({ verb: "inspect", subject: network ?? stack.name }, signal, async () =>
    (await isRootless(reader, signal)) ? outerAddress() : gatewayOf(network, reader, signal),
  );
  if (address === null) return op;
  const extraHosts = named.map((entry) => entry.replace(word, `:${address}`));
  return { ...op, service: { ...service, run: { ...service.run, docker: { ...docker, extraHosts } } } };
}

/** Podman has systemd run health checks, and nobody runs them without it: so goat-dev runs their commands. */
export function withOwnChecks(stack: StackSpec): StackSpec {
  return { ...stack, services: stack.services.map(askedFromHere) };
}

function askedFromHere(service: ServiceSpec): ServiceSpec {
  const { ready, run } = service;
  const own = run.docker === undefined || ready.kind !== "engine-health" ? undefined : ownCheck(run.docker);
  return own === undefined ? service : { ...service, ready: own };
}

async function isRootless(reader: Reader, signal: AbortSignal): Promise<boolean> {
  const { Rootless } = (await reader.json("/info", signal)) as { readonly Rootless?: boolean };
  return Rootless === true;
}

/** Without root a network's gateway is not this machine; Podman itself takes the machine's first outer address. */
function outerAddress(): string | null {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return all.find(({ internal, family }) => !internal && family === "IPv4")?.address ?? null;
}

async function gatewayOf(network: string | undefined, reader: Reader, signal: AbortSignal): Promise<string | null> {
  if (network === undefined) return null;
  const { IPAM } = (await reader.json(`/networks/${network}`, signal)) as NetworkInspectInfo;
  return IPAM?.Config?.[0]?.Gateway ?? null;
}
