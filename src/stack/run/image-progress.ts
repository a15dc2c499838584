import type { Progress } from "../../engine/engine.ts";
import type { Operation } from "../../model/plan.ts";
import { formatBytes } from "../../platform/format.ts";

type Fetching = Pick<Extract<Operation, { image: string }>, "type" | "image">;

type Parts = NonNullable<Progress["parts"]>;

interface Coming {
  /** Of the whole image. */
  readonly current: number;
  readonly total: number;
  readonly parts: Parts;
  readonly done: boolean;
  /** The step in words, for a build or an installation; null where only layers are pulled. */
  readonly step: string | null;
  readonly isBuilt: boolean;
}

/** Several pulls, builds and installations as one line: "pulling litellm: 212 of 480 MB · building web: 2/5 RUN npm ci". */
export function createImageProgress() {
  const images = new Map<string, Coming>();
  const sum = (field: "current" | "total"): number =>
    [...partsOf([...images.values()], field).values()].reduce((all, bytes) => all + bytes, 0);
  return {
    add: ({ type, image }: Fetching, progress: Progress): Progress => {
      const step = progress.says === undefined || progress.says === "trouble" ? null : progress.text;
      const { current = 0, total = 0 } = progress;
      const { parts = new Map([[image, { current, total }]]) } = progress;
      images.set(image, { current, total, parts, done: false, step, isBuilt: type === "build-image" && step !== null });
      const names = [...images].filter(([, one]) => !one.done && one.step === null).map(([name]) => shortName(name));
      const [all, whole] = [sum("current"), sum("total")];
      const pulling = `pulling ${names.join(", ")}: ${formatBytes(all)} of ${formatBytes(whole)}`;
      const text = [...(names.length > 0 ? [pulling] : []), ...stepsOf([...images.values()])].join(" · ");
      return step === null ? { text, current: all, total: whole } : { ...progress, text };
    },
    done: ({ type, image }: Fetching): void => {
      const { total = 0, parts = [], step = null, isBuilt = type === "build-image" } = images.get(image) ?? {};
      const whole = new Map([...parts].map(([id, part]) => [id, { current: part.total, total: part.total }]));
      images.set(image, { current: total, total, parts: whole, done: true, step, isBuilt });
    },
    summary: (): string =>
      [...images]
        .map(([image, { total, step, isBuilt }]) => {
          if (isBuilt) return `${shortName(image)} built`;
          if (step !== null) return `${image.replace(/ \(local.*\)$/, "")} installed`;
          return `${shortName(image)} ${total > 0 ? `${formatBytes(total)} ` : ""}pulled`;
        })
        .join(" · "),
  };
}

/** Bytes by layer. Images can share a layer, which is pulled once: of what several report about it, the most counts. */
function partsOf(images: readonly Coming[], field: "current" | "total"): ReadonlyMap<string, number> {
  const bytes = new Map<string, number>();
  for (const { parts } of images) {
    for (const [id, part] of parts) bytes.set(id, Math.max(bytes.get(id) ?? 0, part[field]));
  }
  return bytes;
}

/** "litellm 1.103.7: fetching packages (38 of 96 MB)", "building web: 2/5 RUN npm ci" */
function stepsOf(images: readonly Coming[]): readonly string[] {
  return images
    .filter(({ done, step }) => !done && step !== null)
    .map(({ step, current, total }) =>
      total > 0 ? `${step} (${formatBytes(current)} of ${formatBytes(total)})` : (step ?? ""),
    );
}

/** "ghcr.io/berriai/litellm:v1" is litellm to everybody. */
function shortName(image: string): string {
  return image.replace(/^.*\//, "").replace(/[:@].*$/, "");
}
