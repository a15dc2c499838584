import type { ContainerInfo, ContainerInspectInfo, NetworkInspectInfo, VolumeInspectInfo } from "dockerode";
import type { ObservedNetwork, ObservedService, ObservedStack, ObservedVolume } from "../../model/observed.ts";
import type { ObserveRequest } from "../engine.ts";
import { guarded, unlessStatus } from "./errors.ts";
import { inspectImage } from "./images.ts";
import { label, originOf } from "./labels.ts";
import { toObservedService } from "./observed-service.ts";
import type { Reader } from "./reader.ts";

const ofProject = (stack: string): { readonly filters: string } => ({
  filters: JSON.stringify({ label: [`${label.project}=${stack}`] }),
});

const inspectAll = async (reader: Reader, stack: string, signal: AbortSignal): Promise<ContainerInspectInfo[]> => {
  const query = { all: "true", ...ofProject(stack) };
  const list = (await reader.json("/containers/json", signal, query)) as readonly ContainerInfo[];
  const inspected = await Promise.all(
    // One that vanished since the list is not there any more.
    list.map(({ Id }) => unlessStatus([404], null, () => reader.json(`/containers/${Id}/json`, signal))),
  );
  return inspected.flatMap((info) => (info === null ? [] : [info as ContainerInspectInfo]));
};

/** All there are, whose ever: a container may be joined to another project's. */
const listNetworks = async (reader: Reader, signal: AbortSignal): Promise<readonly NetworkInspectInfo[]> =>
  (await reader.json("/networks", signal)) as readonly NetworkInspectInfo[];

const toServices = (
  inspected: readonly ContainerInspectInfo[],
  networks: readonly NetworkInspectInfo[],
): ObservedService[] =>
  inspected
    .map((info) => toObservedService(info, networks))
    .filter((service) => service !== null)
    .sort((a, b) => (a.container < b.container ? -1 : 1));

const toNetworks = (networks: readonly NetworkInspectInfo[], stack: string): ObservedNetwork[] =>
  networks.flatMap(({ Name, Id, Labels }) => {
    const key = Labels?.[label.project] === stack ? Labels[label.network] : undefined;
    return key === undefined ? [] : [{ key, name: Name, id: Id, fingerprint: Labels?.[label.spec] ?? null }];
  });

const volumes = async (reader: Reader, stack: string, signal: AbortSignal): Promise<ObservedVolume[]> => {
  const answer = (await reader.json("/volumes", signal, ofProject(stack))) as {
    readonly Volumes?: readonly VolumeInspectInfo[] | null;
  };
  return (answer.Volumes ?? []).flatMap((volume) => {
    const key = volume.Labels?.[label.volume];
    if (key === undefined) return [];
    const createdAt = "CreatedAt" in volume && typeof volume.CreatedAt === "string" ? volume.CreatedAt : null;
    return [{ key, name: volume.Name, createdAt, labels: volume.Labels, origin: originOf(volume.Labels) }];
  });
};

/** What there is of a stack: one list and its inspects, networks, volumes and images, side by side. */
export const observe = (reader: Reader, request: ObserveRequest, signal: AbortSignal): Promise<ObservedStack> =>
  guarded({ verb: "list", subject: `the containers of ${request.stack}` }, signal, async () => {
    const [inspected, networks, vols, images] = await Promise.all([
      inspectAll(reader, request.stack, signal),
      listNetworks(reader, signal),
      volumes(reader, request.stack, signal),
      Promise.all(
        [...new Set(request.images)].map(async (image) => {
          const info = await inspectImage(reader, image, signal);
          return [image, info?.id ?? null] as const;
        }),
      ),
    ]);
    return {
      name: request.stack,
      services: toServices(inspected, networks),
      networks: toNetworks(networks, request.stack),
      volumes: vols,
      images: Object.fromEntries(images),
    };
  });
