import type { ApplyIo } from "../../../src/engine/engine.ts";
import { GoatError } from "../../../src/errors/goat-error.ts";
import type { Origin } from "../../../src/model/observed.ts";
import type { Operation } from "../../../src/model/plan.ts";
import type { ContainerSpec, StackSpec } from "../../../src/model/stack.ts";
import { type Content, isRunning } from "./containers.ts";
import { begin, end, find, need, removed, tick, type World } from "./world.ts";

type Op<T extends Operation["type"]> = Extract<Operation, { type: T }>;

const pullImage = (world: World, op: Op<"pull-image">, io: ApplyIo): void => {
  const id = world.options.registry?.[op.image];
  if (id === undefined) throw new GoatError("image-unavailable", `the image ${op.image} cannot be pulled`);
  io.progress({ text: "pulling", current: 0, total: 100 });
  io.progress({ text: "pulling", current: 100, total: 100 });
  world.images.set(op.image, id);
};

/** A registry that has it spares the build; each build makes another image. */
const buildImage = (world: World, op: Op<"build-image">, io: ApplyIo): void => {
  if (op.orPull && world.options.registry?.[op.image] !== undefined) {
    pullImage(world, { type: "pull-image", image: op.image }, io);
    return;
  }
  io.progress({ says: "step", text: `building ${op.service}: 1/1 FROM scratch` });
  tick(world);
  world.images.set(op.image, `built-${world.ticks}`);
};

const createNetwork = (world: World, { stack, network, fingerprint }: Op<"create-network">): void => {
  if (network.external || world.networks.has(network.name)) return;
  tick(world);
  world.networks.set(network.name, { stack: stack.name, key: network.key, id: `network-${world.ticks}`, fingerprint });
};

const removeNetwork = (world: World, { network, disconnect = [] }: Op<"remove-network">): void => {
  for (const container of world.containers) {
    if (!disconnect.includes(container.name) || isRunning(container)) continue;
    container.networks = container.networks.filter((name) => name !== network);
  }
  if (world.containers.some((container) => container.networks.includes(network))) {
    throw new GoatError("engine-refused", `the network ${network} has containers`);
  }
  world.networks.delete(network);
};

const originOf = ({ workingDir, configFiles }: StackSpec): Origin => ({
  folder: workingDir,
  file: configFiles[0] ?? null,
});

const createVolume = (world: World, { stack, volume }: Op<"create-volume">): void => {
  if (volume.external || world.volumes.has(volume.name)) return;
  const { key, labels } = volume;
  const made = { createdAt: tick(world), origin: originOf(stack) };
  world.volumes.set(volume.name, { ...made, stack: stack.name, key, labels, content: new Map() });
};

const removeVolume = (world: World, { volume }: Op<"remove-volume">): void => {
  if (world.containers.some((container) => container.volumeNames.includes(volume))) {
    throw new GoatError("engine-refused", `the volume ${volume} is in use`);
  }
  world.volumes.delete(volume);
};

const volumesOf = (world: World, op: Op<"create-container">, made: ContainerSpec): Map<string, Content> => {
  const before = op.replaces === undefined ? undefined : find(world, op.replaces)?.volumes;
  const content = new Map<string, Content>();
  for (const mount of made.mounts) {
    if (mount.kind === "anonymous") content.set(mount.target, before?.get(mount.target) ?? new Map());
    if (mount.kind === "volume") {
      const name = op.stack.volumes.find((volume) => volume.key === mount.volume)?.name ?? mount.volume;
      content.set(mount.target, world.volumes.get(name)?.content ?? new Map());
    }
  }
  return content;
};

const volumeNames = (stack: StackSpec, made: ContainerSpec): string[] =>
  made.mounts.flatMap((mount) =>
    mount.kind === "volume" ? [stack.volumes.find((volume) => volume.key === mount.volume)?.name ?? mount.volume] : [],
  );

const networkNames = (world: World, stack: StackSpec, made: ContainerSpec): string[] => {
  const specs = made.networks.map(({ network }) => stack.networks.find((spec) => spec.key === network));
  const absent = specs.find((spec) => spec !== undefined && !spec.external && !world.networks.has(spec.name));
  if (absent !== undefined) throw new GoatError("engine-refused", `network ${absent.name} not found`);
  return specs.flatMap((spec) => (spec === undefined ? [] : [spec.name])).sort();
};

/** External networks and volumes are somebody else's to make. */
const needExternal = (world: World, stack: StackSpec, made: ContainerSpec): void => {
  const networks = made.networks.map(({ network }) => stack.networks.find(({ key }) => key === network));
  const volumes = made.mounts.map((mount) =>
    mount.kind === "volume" ? stack.volumes.find(({ key }) => key === mount.volume) : undefined,
  );
  for (const spec of [...networks, ...volumes]) {
    if (spec?.external && !world.options.external?.includes(spec.name)) {
      throw new GoatError("engine-refused", `${spec.name}, which the Compose file calls external, does not exist`);
    }
  }
};

const createContainer = (world: World, op: Op<"create-container">): void => {
  const { stack, service, container: name, fingerprint } = op;
  const made = service.run.docker;
  if (made === undefined) throw new GoatError("engine-refused", `${service.name} has no image to run`);
  const imageId = world.images.get(made.image);
  if (imageId === undefined) throw new GoatError("image-unavailable", `the image ${made.image} is not here`);
  if (find(world, name) !== undefined) throw new GoatError("name-taken", `the container name ${name} is taken`);
  needExternal(world, stack, made);
  tick(world);
  world.containers.push({
    id: `container-${world.ticks}`,
    name,
    stack: stack.name,
    origin: originOf(stack),
    service,
    imageId,
    fingerprint,
    oneOff: false,
    networks: networkNames(world, stack, made),
    volumes: volumesOf(world, op, made),
    volumeNames: volumeNames(stack, made),
    log: [],
    state: "created",
    health: "none",
    exitCode: null,
    outOfMemory: false,
    startError: null,
    startedAt: null,
    restartCount: 0,
    observed: 0,
    script: {},
  });
};

const startContainer = (world: World, op: Op<"start-container">): void => {
  const container = need(world, op.container);
  if (container.state === "paused") container.state = "running";
  if (!isRunning(container)) begin(world, container);
};

const stopContainer = (world: World, op: Op<"stop-container">): void => {
  const container = find(world, op.container);
  if (container === undefined || !isRunning(container)) return;
  const { stop = 143 } = container.script;
  end(world, container, stop === "ignored" ? 137 : stop, { stopped: true });
};

const removeContainer = (world: World, op: Op<"remove-container">): void => {
  const container = find(world, op.container);
  if (container !== undefined) removed(world, container);
};

const renameContainer = (world: World, op: Op<"rename-container">): void => {
  const container = need(world, op.container);
  const other = find(world, op.name);
  if (other !== undefined && other !== container) {
    throw new GoatError("name-taken", `the container name ${op.name} is taken`);
  }
  container.name = op.name;
};

/** Does one operation, all of it at once. */
export const operate = (world: World, op: Operation, io: ApplyIo): void => {
  switch (op.type) {
    case "pull-image":
      pullImage(world, op, io);
      break;
    case "build-image":
      buildImage(world, op, io);
      break;
    case "create-network":
      createNetwork(world, op);
      break;
    case "check-network":
      break;
    case "remove-network":
      removeNetwork(world, op);
      break;
    case "create-volume":
      createVolume(world, op);
      break;
    case "remove-volume":
      removeVolume(world, op);
      break;
    case "create-container":
      createContainer(world, op);
      break;
    case "start-container":
      startContainer(world, op);
      break;
    case "stop-container":
      stopContainer(world, op);
      break;
    case "remove-container":
      removeContainer(world, op);
      break;
    case "rename-container":
      renameContainer(world, op);
      break;
  }
};
