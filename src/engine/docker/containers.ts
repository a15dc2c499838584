import type Docker from "dockerode";
import type { ContainerInspectInfo } from "dockerode";
import { GoatError } from "../../errors/goat-error.ts";
import type { Operation } from "../../model/plan.ts";
import { type Doing, guarded, imageUnavailable, statusOf, unlessStatus } from "./errors.ts";
import { needExternal } from "./external.ts";
import { inspectImage } from "./images.ts";
import type { InheritedVolume } from "./mounts.ts";
import type { Reader } from "./reader.ts";
import { type CreatePlan, toCreate } from "./spec-to-create.ts";

type Op<T extends Operation["type"]> = Extract<Operation, { type: T }>;

/** The engine names volumes that nobody named by 64 hex digits. */
const isAnonymous = (name: string | undefined): name is string => name !== undefined && /^[0-9a-f]{64}$/.test(name);

const anonymousVolumes = (info: ContainerInspectInfo): InheritedVolume[] =>
  info.Mounts.flatMap((mount) =>
    mount.Type === "volume" && isAnonymous(mount.Name)
      ? [{ name: mount.Name, target: mount.Destination, readOnly: !mount.RW }]
      : [],
  );

const inheritedFrom = async (docker: Docker, container: string | undefined, abortSignal: AbortSignal) => {
  if (container === undefined) return [];
  const info = await unlessStatus([404], null, () => docker.getContainer(container).inspect({ abortSignal }));
  return info === null ? [] : anonymousVolumes(info);
};

/** Query and body are given apart: dockerode would put the whole body, environment included, into the URL as well. */
const create = async (docker: Docker, plan: CreatePlan, abortSignal: AbortSignal): Promise<void> => {
  const options = { _query: plan.query, _body: plan.body, abortSignal };
  const made = await docker.createContainer(options);
  try {
    for (const { network, settings } of plan.connect) {
      const endpoint = { Container: made.id, EndpointConfig: settings, abortSignal };
      await docker.getNetwork(network).connect(endpoint);
    }
  } catch (error) {
    await made.remove({ force: true, v: true }).catch(() => undefined);
    throw error;
  }
};

export const createContainer = (
  docker: Docker,
  reader: Reader,
  op: Op<"create-container">,
  signal: AbortSignal,
): Promise<void> => {
  const { stack, service, container, fingerprint } = op;
  const recipe = service.run.docker;
  if (recipe === undefined) {
    throw new GoatError("engine-refused", `${service.name} has no image to run`, { service: service.name });
  }
  const doing: Doing = { verb: "create", subject: container, service: service.name, image: recipe.image };
  return guarded(doing, signal, async () => {
    const [image, inherited] = await Promise.all([
      inspectImage(reader, recipe.image, signal),
      inheritedFrom(docker, op.replaces, signal),
      needExternal(docker, stack, recipe, signal),
    ]);
    if (image === null) throw imageUnavailable(recipe.image, { service: service.name });
    await create(docker, toCreate({ stack, service, recipe, container, fingerprint, image, inherited }), signal);
  });
};

export const startContainer = (docker: Docker, op: Op<"start-container">, abortSignal: AbortSignal): Promise<void> =>
  guarded({ verb: "start", subject: op.container }, abortSignal, () => {
    const container = docker.getContainer(op.container);
    return unlessPaused(container, abortSignal, () =>
      unlessStatus([304], undefined, () => container.start({ abortSignal })),
    );
  });

/** Engines before API 1.42 do not know `signal` and send the one the container was made with, which is the same. */
export const stopContainer = (docker: Docker, op: Op<"stop-container">, abortSignal: AbortSignal): Promise<void> =>
  guarded({ verb: "stop", subject: op.container }, abortSignal, () => {
    const container = docker.getContainer(op.container);
    const options = {
      ...(op.signal === null ? {} : { signal: op.signal }),
      ...(op.graceMs === null ? {} : { t: Math.ceil(op.graceMs / 1000) }),
      abortSignal,
    };
    return unlessPaused(container, abortSignal, () =>
      unlessStatus([304, 404], undefined, () => container.stop(options)),
    );
  });

/** A paused container can neither be started nor, on Podman, stopped: where that is why, it goes on first. */
const unlessPaused = async (
  container: Docker.Container,
  abortSignal: AbortSignal,
  work: () => Promise<void>,
): Promise<void> => {
  try {
    await work();
  } catch (error) {
    if (statusOf(error) === undefined) throw error;
    const info = await unlessStatus([404], null, () => container.inspect({ abortSignal }));
    if (info?.State.Paused !== true) throw error;
    await container.unpause({ abortSignal });
    await work();
  }
};

const removeVolume = (docker: Docker, name: string, abortSignal: AbortSignal): Promise<void> =>
  unlessStatus([404, 409], undefined, () => docker.getVolume(name).remove({ abortSignal }));

/**
 * An anonymous volume that came from a replaced container counts as named to the engine, whose own `v` spares it;
 * so these are removed one by one, and those still in use elsewhere are left.
 */
export const removeContainer = (docker: Docker, op: Op<"remove-container">, abortSignal: AbortSignal): Promise<void> =>
  guarded({ verb: "remove", subject: op.container }, abortSignal, async () => {
    const container = docker.getContainer(op.container);
    const volumes = op.anonymousVolumes ? await inheritedFrom(docker, op.container, abortSignal) : [];
    const options = { force: true, v: op.anonymousVolumes, abortSignal };
    const busy = await unlessStatus([404], false, () =>
      unlessStatus([409], true, () => container.remove(options).then(() => false)),
    );
    if (busy) await unlessStatus([404], undefined, () => container.wait({ condition: "removed", abortSignal }));
    await Promise.all(volumes.map(({ name }) => removeVolume(docker, name, abortSignal)));
  });

export const renameContainer = (docker: Docker, op: Op<"rename-container">, abortSignal: AbortSignal): Promise<void> =>
  guarded({ verb: "rename", subject: op.container }, abortSignal, async () => {
    const container = docker.getContainer(op.container);
    const { Name } = await container.inspect({ abortSignal });
    if (Name !== `/${op.name}`) await container.rename({ name: op.name, abortSignal });
  });
