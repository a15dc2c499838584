import type Docker from "dockerode";
import type { ImageInspectInfo } from "dockerode";
import { getJson } from "./connect.ts";
import { unlessStatus } from "./errors.ts";
import type { ImageFacts } from "./mounts.ts";

/** What the engine has under an image reference; null where it has nothing. */
export const inspectImage = async (docker: Docker, image: string, signal: AbortSignal): Promise<ImageFacts | null> => {
  const info = await unlessStatus([404], null, () => getJson(docker, `/images/${image}/json`, signal));
  if (info === null) return null;
  const { Id, Config } = info as ImageInspectInfo;
  return { id: Id, volumes: Object.keys(Config?.Volumes ?? {}) };
};
