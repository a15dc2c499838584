import type { ImageInspectInfo } from "dockerode";
import { unlessStatus } from "./errors.ts";
import type { ImageFacts } from "./mounts.ts";
import type { Reader } from "./reader.ts";

/** What the engine has under an image reference; null where it has nothing. */
export const inspectImage = async (reader: Reader, image: string, signal: AbortSignal): Promise<ImageFacts | null> => {
  const info = await unlessStatus([404], null, () => reader.json(`/images/${image}/json`, signal));
  if (info === null) return null;
  const { Id, Config } = info as ImageInspectInfo;
  return { id: Id, volumes: Object.keys(Config?.Volumes ?? {}) };
};
