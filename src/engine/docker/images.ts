import type { ImageInspectInfo } from "dockerode";
import { guarded, unlessStatus } from "./errors.ts";
import type { ImageFacts } from "./mounts.ts";
import type { Reader } from "./reader.ts";

/** What the engine has under an image reference; null where it has nothing, or takes it for no reference at all. */
export const inspectImage = (reader: Reader, image: string, signal: AbortSignal): Promise<ImageFacts | null> =>
  guarded({ verb: "inspect", subject: `the image ${image}` }, signal, async () => {
    const path = `/images/${image.split("/").map(encodeURIComponent).join("/")}/json`;
    const info = await unlessStatus([400, 404], null, () => reader.json(path, signal));
    if (info === null) return null;
    const { Id, Config } = info as ImageInspectInfo;
    return { id: Id, volumes: Object.keys(Config?.Volumes ?? {}) };
  });
