import type Docker from "dockerode";
import type { ContainerInspectInfo } from "dockerode";
import { GoatError } from "../../errors/goat-error.ts";
import type { Operation } from "../../model/plan.ts";
import type { ContainerSpec, StackSpec } from "../../model/stack.ts";
import { type CreateRequest, createRequest, type InheritedVolume } from "./create-request.ts";
import { type Doing, engineWords, guarded, imageUnavailable, statusOf, unlessStatus } from "./errors.ts";
import { inspectImage } from "./observe.ts";
import type { Reader } from "./reader.ts";

type Op<T extends Operation["type"]> = Extract<Operation, { type: T }>;

export function createContainer(
  docker: Docker,
  reader: Reader,
  op: Op<"create-container">,
  signal: AbortSignal,
): Promise<void> {
  const { stack, service, container, fingerprint, configHash, hosts = {} } = op;
  const spec = service.run.docker;
  if (spec === undefined) {
    throw new GoatError("engine-refused", `${service.name} has no image to run`, { service: service.name });
  }
  const doing: Doing = { verb: "create", subject: container, service: service.name, image: spec.image };
  return guarded(doing, signal, async () => {
    const [image, inherited] = await Promise.all([
      inspectImage(reader, spec.image, signal),
      inheritedFrom(docker, op.replaces, signal),
      needExternal(docker, stack, spec, signal),
    ]);
    if (image === null) throw imageUnavailable(spec.image, { service: service.name });
    await create(
      docker,
      createRequest({ stack, service, spec, container, fingerprint, configHash, image, inherited, hosts }),
      signal,
    );
  });
}

export function startContainer(docker: Docker, op: Op<"start-container">, abortSignal: AbortSignal): Promise<void> {
  return guarded({ verb: "start", subject: op.container }, abortSignal, () => {
    const container = docker.getContainer(op.container);
    return alsoPaused(container, abortSignal, () =>
      unlessStatus([304], undefined, () => container.start({ abortSignal })),
    );
  });
}

/** Engines before API 1.42 do not know `signal` and send the one the container was made with, which is the same. */
export function stopContainer(docker: Docker, op: Op<"stop-container">, abortSignal: AbortSignal): Promise<void> {
  return guarded({ verb: "stop", subject: op.container }, abortSignal, () => {
    const container = docker.getContainer(op.container);
    const options = {
      ...(op.signal === null ? {} : { signal: op.signal }),
      ...(op.graceMs === null ? {} : { t: Math.ceil(op.graceMs / 1000) }),
      abortSignal,
    };
    return alsoPaused(container, abortSignal, () => unlessStatus([304, 404], undefined, () => container.stop(options)));
  });
}

/**
 * The engine takes an anonymous volume that was inherited from a replaced container for a named one, and its option `v`
 * keeps it. So such volumes are removed one by one; those that are still in use elsewhere are left.
 */
export function removeContainer(docker: Docker, op: Op<"remove-container">, abortSignal: AbortSignal): Promise<void> {
  return guarded({ verb: "remove", subject: op.container }, abortSignal, async () => {
    const container = docker.getContainer(op.container);
    const volumes = op.anonymousVolumes ? await inheritedFrom(docker, op.container, abortSignal) : [];
    const options = { force: true, v: op.anonymousVolumes, abortSignal };
    const busy = await unlessStatus([404], false, () =>
      unlessStatus([409], true, () => container.remove(options).then(() => false)),
    );
    if (busy) await unlessStatus([404], undefined, () => container.wait({ condition: "removed", abortSignal }));
    await Promise.all(volumes.map(({ name }) => removeVolume(docker, name, abortSignal)));
  });
}

export function renameContainer(docker: Docker, op: Op<"rename-container">, abortSignal: AbortSignal): Promise<void> {
  return guarded({ verb: "rename", subject: op.container }, abortSignal, async () => {
    const container = docker.getContainer(op.container);
    const { Name } = await container.inspect({ abortSignal });
    if (Name !== `/${op.name}`) await container.rename({ name: op.name, abortSignal });
  });
}

/** Query and body are given apart: dockerode would put the whole body, environment included, into the URL as well. */
async function create(docker: Docker, request: CreateRequest, abortSignal: AbortSignal): Promise<void> {
  const options = { _query: request.query, _body: request.body, abortSignal };
  const made = await docker.createContainer(options);
  try {
    for (const { network, settings } of request.connect) {
      const endpoint = { Container: made.id, EndpointConfig: settings, abortSignal };
      await docker.getNetwork(network).connect(endpoint);
    }
  } catch (error) {
    await made.remove({ force: true, v: true }).catch(() => undefined);
    throw error;
  }
}

async function inheritedFrom(docker: Docker, container: string | undefined, abortSignal: AbortSignal) {
  if (container === undefined) return [];
  const info = await unlessStatus([404], null, () => docker.getContainer(container).inspect({ abortSignal }));
  return info === null ? [] : anonymousVolumes(info);
}

function anonymousVolumes(info: ContainerInspectInfo): InheritedVolume[] {
  return info.Mounts.flatMap((mount) =>
    mount.Type === "volume" && isAnonymous(mount.Name)
      ? [{ name: mount.Name, target: mount.Destination, readOnly: !mount.RW }]
      : [],
  );
}

/** The engine gives an anonymous volume a name of 64 hex digits. */
function isAnonymous(name: string | undefined): name is string {
  return name !== undefined && /^[0-9a-f]{64}$/.test(name);
}

/**
 * How often a container is resumed: Docker on a busy machine notices a pause late, and takes a container for
 * paused that has just been resumed.
 */
const mostPauses = 3;

/** No engine starts a paused container, and Podman does not stop one: it is resumed, and the work done again. */
async function alsoPaused(
  container: Docker.Container,
  abortSignal: AbortSignal,
  work: () => Promise<void>,
): Promise<void> {
  for (let pauses = 0; ; pauses += 1) {
    try {
      return await work();
    } catch (error) {
      if (pauses === mostPauses || !(await isPaused(container, error, abortSignal))) throw error;
      await unlessStatus([409, 500], undefined, () => container.unpause({ abortSignal }));
    }
  }
}

async function isPaused(container: Docker.Container, error: unknown, abortSignal: AbortSignal): Promise<boolean> {
  if (statusOf(error) === undefined) return false;
  if (/paused/i.test(engineWords(error))) return true;
  const info = await unlessStatus([404], null, () => container.inspect({ abortSignal }));
  return info?.State.Paused === true;
}

function removeVolume(docker: Docker, name: string, abortSignal: AbortSignal): Promise<void> {
  return unlessStatus([404, 409], undefined, () => docker.getVolume(name).remove({ abortSignal }));
}

type Kind = "network" | "volume";

/** Throws engine-refused for a missing external network or volume: the engine would make an empty volume. */
async function needExternal(docker: Docker, stack: StackSpec, spec: ContainerSpec, signal: AbortSignal): Promise<void> {
  const mounted = spec.mounts.flatMap((mount) => (mount.kind === "volume" ? [mount.volume] : []));
  const joined = spec.networks.map(({ network }) => network);
  const volumes = stack.volumes.filter(({ external, key }) => external && mounted.includes(key));
  const networks = stack.networks.filter(({ external, key }) => external && joined.includes(key));
  const needed: readonly { readonly kind: Kind; readonly name: string }[] = [
    ...volumes.map(({ name }) => ({ kind: "volume" as const, name })),
    ...networks.map(({ name }) => ({ kind: "network" as const, name })),
  ];
  await Promise.all(
    needed.map(async ({ kind, name }) => {
      if (!(await exists(docker, kind, name, signal))) throw absent(kind, name);
    }),
  );
}

function exists(docker: Docker, kind: Kind, name: string, abortSignal: AbortSignal): Promise<boolean> {
  return unlessStatus([404], false, async () => {
    const asked = { abortSignal };
    await (kind === "volume" ? docker.getVolume(name).inspect(asked) : docker.getNetwork(name).inspect());
    return true;
  });
}

function absent(kind: Kind, name: string): GoatError {
  return new GoatError("engine-refused", `the ${kind} ${name}, which the Compose file calls external, does not exist`, {
    fixes: [{ command: `docker ${kind} create ${name}`, effect: "makes it" }],
  });
}
