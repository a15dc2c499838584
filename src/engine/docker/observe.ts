import type Docker from "dockerode";
import type { ObservedNetwork, ObservedService, ObservedStack, ObservedVolume } from "../../model/observed.ts";
import type { ObserveRequest } from "../engine.ts";
import { guarded, unlessStatus } from "./errors.ts";
import { inspectImage } from "./images.ts";
import { label } from "./labels.ts";
import { toObservedService } from "./observed-service.ts";

const ofProject = (stack: string): { label: string[] } => ({ label: [`${label.project}=${stack}`] });

const services = async (docker: Docker, stack: string, abortSignal: AbortSignal): Promise<ObservedService[]> => {
  const list = await docker.listContainers({ all: true, filters: ofProject(stack), abortSignal });
  const inspected = await Promise.all(
    // One that vanished since the list is not there any more.
    list.map(({ Id }) => unlessStatus([404], null, () => docker.getContainer(Id).inspect({ abortSignal }))),
  );
  return inspected
    .flatMap((info) => (info === null ? [] : [toObservedService(info)]))
    .filter((service) => service !== null)
    .sort((a, b) => (a.container < b.container ? -1 : 1));
};

const networks = async (docker: Docker, stack: string, abortSignal: AbortSignal): Promise<ObservedNetwork[]> => {
  const list = await docker.listNetworks({ filters: ofProject(stack), abortSignal });
  return list.flatMap(({ Name, Id, Labels }) => {
    const key = Labels?.[label.network];
    return key === undefined ? [] : [{ key, name: Name, id: Id, fingerprint: Labels?.[label.spec] ?? null }];
  });
};

const volumes = async (docker: Docker, stack: string, abortSignal: AbortSignal): Promise<ObservedVolume[]> => {
  const { Volumes } = await docker.listVolumes({ filters: ofProject(stack), abortSignal });
  return (Volumes ?? []).flatMap((volume) => {
    const key = volume.Labels?.[label.volume];
    if (key === undefined) return [];
    const createdAt = "CreatedAt" in volume && typeof volume.CreatedAt === "string" ? volume.CreatedAt : null;
    return [{ key, name: volume.Name, createdAt, labels: volume.Labels }];
  });
};

/** What there is of a stack: one list and its inspects, networks, volumes and images, side by side. */
export const observe = (docker: Docker, request: ObserveRequest, signal: AbortSignal): Promise<ObservedStack> =>
  guarded({ verb: "list", subject: `the containers of ${request.stack}` }, signal, async () => {
    const [found, nets, vols, images] = await Promise.all([
      services(docker, request.stack, signal),
      networks(docker, request.stack, signal),
      volumes(docker, request.stack, signal),
      Promise.all(
        [...new Set(request.images)].map(async (image) => {
          const info = await inspectImage(docker, image, signal);
          return [image, info?.id ?? null] as const;
        }),
      ),
    ]);
    return {
      name: request.stack,
      services: found,
      networks: nets,
      volumes: vols,
      images: Object.fromEntries(images),
    };
  });
