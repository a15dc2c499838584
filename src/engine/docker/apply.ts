import type Docker from "dockerode";
import type { NetworkInspectInfo } from "dockerode";
import { GoatError } from "../../errors/goat-error.ts";
import type { Operation } from "../../model/plan.ts";
import type { Ipam } from "../../model/stack.ts";
import type { ApplyIo } from "../engine.ts";
import { createContainer, removeContainer, renameContainer, startContainer, stopContainer } from "./containers.ts";
import { engineWords, guarded, statusOf, unlessStatus } from "./errors.ts";
import { label, networkLabels, volumeLabels } from "./labels.ts";
import type { Reader } from "./reader.ts";

type Op<T extends Operation["type"]> = Extract<Operation, { type: T }>;

/** Runs one operation of any kind but pulling and building images. Succeeds where there is nothing to do. */
export function apply(
  docker: Docker,
  reader: Reader,
  op: Exclude<Operation, Op<"pull-image" | "build-image">>,
  io: ApplyIo,
): Promise<void> {
  switch (op.type) {
    case "create-network":
      return createNetwork(docker, op, io.signal);
    case "check-network":
      return checkNetwork(docker, op, io.signal);
    case "remove-network":
      return removeNetwork(docker, op, io.signal);
    case "create-volume":
      return createVolume(docker, op, io.signal);
    case "remove-volume":
      return removeVolume(docker, op, io.signal);
    case "create-container":
      return createContainer(docker, reader, op, io.signal);
    case "start-container":
      return startContainer(docker, op, io.signal);
    case "stop-container":
      return stopContainer(docker, op, io.signal);
    case "remove-container":
      return removeContainer(docker, op, io.signal);
    case "rename-container":
      return renameContainer(docker, op, io.signal);
  }
}

function createNetwork(docker: Docker, op: Op<"create-network">, abortSignal: AbortSignal): Promise<void> {
  const { stack, network } = op;
  if (network.external) return Promise.resolve();
  return guarded({ verb: "create", subject: `the network ${network.name}` }, abortSignal, async () => {
    const options = {
      Name: network.name,
      CheckDuplicate: true,
      Driver: network.driver ?? "bridge",
      Internal: network.internal,
      Attachable: network.attachable,
      EnableIPv6: network.enableIpv6,
      Options: { ...network.driverOptions },
      ...(network.ipam === undefined ? {} : { IPAM: ipamOf(network.ipam) }),
      Labels: { ...networkLabels(stack, network, op.fingerprint) },
      abortSignal,
    };
    const made = await untilLooked(() => docker.createNetwork(options)).catch((error: unknown) => {
      if (isThere(error)) return null;
      throw error;
    });
    const ours = await namesakes(docker, stack.name, network.name, abortSignal);
    if (made !== null) return removeSecond(docker, made.id, ours, abortSignal);
    if (ours.length === 0) {
      throw new GoatError("engine-refused", `there is a network ${network.name} already, and it is not this stack's`, {
        fixes: [{ command: `docker network rm ${network.name}`, effect: "removes it, if nothing uses it" }],
      });
    }
  });
}

/**
 * To create a network, the engine looks at all network interfaces of the machine, and fails where another engine
 * removes one meanwhile: it is asked again, up to 5 times.
 */
async function untilLooked<T>(work: () => Promise<T>): Promise<T> {
  for (let left = 5; ; left -= 1) {
    try {
      return await work();
    } catch (error) {
      if (left === 0 || !/no such network interface/i.test(engineWords(error))) throw error;
    }
  }
}

function ipamOf({ driver, options, config }: Ipam) {
  return {
    Driver: driver ?? "default",
    Options: { ...options },
    Config: config.map(({ subnet, gateway, ipRange, auxAddresses }) => ({
      ...(subnet === undefined ? {} : { Subnet: subnet }),
      ...(gateway === undefined ? {} : { Gateway: gateway }),
      ...(ipRange === undefined ? {} : { IPRange: ipRange }),
      ...(auxAddresses === undefined ? {} : { AuxiliaryAddresses: { ...auxAddresses } }),
    })),
  };
}

/** True where the network exists already; Podman reports that with status 500. */
function isThere(error: unknown): boolean {
  return statusOf(error) === 409 || (statusOf(error) === 500 && /already exists/i.test(engineWords(error)));
}

/** The stack's own networks of this name, the oldest first. */
async function namesakes(
  docker: Docker,
  stack: string,
  name: string,
  abortSignal: AbortSignal,
): Promise<readonly NetworkInspectInfo[]> {
  const filters = { name: [name], label: [`${label.project}=${stack}`] };
  const list = await docker.listNetworks({ filters, abortSignal });
  const ours = list.filter((network) => network.Name === name);
  return ours.toSorted((a, b) => Date.parse(a.Created) - Date.parse(b.Created) || (a.Id < b.Id ? -1 : 1));
}

/**
 * Two runs that create a network at once both get one from Docker, under the same name, and then no container can start
 * on it: this removes the new network unless it is the oldest.
 */
async function removeSecond(
  docker: Docker,
  id: string,
  [first]: readonly NetworkInspectInfo[],
  abortSignal: AbortSignal,
): Promise<void> {
  if (first !== undefined && first.Id !== id) await docker.getNetwork(id).remove({ abortSignal });
}

function createVolume(docker: Docker, op: Op<"create-volume">, abortSignal: AbortSignal): Promise<void> {
  const { stack, volume } = op;
  if (volume.external) return Promise.resolve();
  return guarded({ verb: "create", subject: `the volume ${volume.name}` }, abortSignal, async () => {
    await docker.createVolume({
      Name: volume.name,
      ...(volume.driver === undefined ? {} : { Driver: volume.driver }),
      DriverOpts: { ...volume.driverOptions },
      Labels: { ...volumeLabels(stack, volume) },
      abortSignal,
    });
  });
}

function removeNetwork(docker: Docker, op: Op<"remove-network">, abortSignal: AbortSignal): Promise<void> {
  const { network, disconnect = [] } = op;
  return guarded({ verb: "remove", subject: `the network ${network}` }, abortSignal, async () => {
    const found = docker.getNetwork(network);
    for (const Container of disconnect) {
      // Podman counts stopped containers too. Failures do not matter: the container is gone or disconnected already.
      await found.disconnect({ Container, Force: true, abortSignal }).catch(() => undefined);
    }
    await unlessStatus([404], undefined, () => found.remove({ abortSignal })).catch(async (error: unknown) => {
      throw (await isMiscounted(docker, network, error)) ? miscounted(network, error) : error;
    });
  });
}

/** Where many containers joined a network at once, Docker may still count an endpoint that it has released. */
async function isMiscounted(docker: Docker, network: string, error: unknown): Promise<boolean> {
  if (statusOf(error) !== 403 || !/has active endpoints/.test(engineWords(error))) return false;
  const found = (await docker.getNetwork(network).inspect()) as NetworkInspectInfo;
  return Object.keys(found.Containers ?? {}).length === 0;
}

function miscounted(network: string, cause: unknown): GoatError {
  const words = `cannot remove the network ${network}: no container is attached to it, and Docker still counts one`;
  return new GoatError("engine-refused", words, {
    cause,
    evidence: [engineWords(cause)],
    fixes: [{ command: "sudo systemctl restart docker", effect: "has Docker count anew; then: goat-dev down" }],
  });
}

function checkNetwork(docker: Docker, op: Op<"check-network">, signal: AbortSignal): Promise<void> {
  const { network, containers } = op;
  return guarded({ verb: "inspect", subject: `the network ${network}` }, signal, async () => {
    const found = await unlessStatus([404], null, () => docker.getNetwork(network).inspect());
    const names = Object.values((found as NetworkInspectInfo | null)?.Containers ?? {}).map(({ Name }) => Name);
    const [other] = names.filter((name) => !containers.includes(name));
    if (other === undefined) return;
    throw new GoatError(
      "engine-refused",
      `the network ${network} has to be made anew, and ${other}, which is not of this stack, is attached to it`,
      {
        fixes: [
          { command: `docker network disconnect ${network} ${other}`, effect: "takes it off, then: goat-dev up" },
        ],
      },
    );
  });
}

function removeVolume(docker: Docker, op: Op<"remove-volume">, abortSignal: AbortSignal): Promise<void> {
  return guarded({ verb: "remove", subject: `the volume ${op.volume}` }, abortSignal, () =>
    unlessStatus([404], undefined, () => docker.getVolume(op.volume).remove({ abortSignal })),
  );
}
