import type { Progress } from "../engine/engine.ts";
import { formatBytes } from "../platform/format.ts";

interface Pull {
  readonly current: number;
  readonly total: number;
  readonly done: boolean;
  /** What it does, where it is more than fetching layers. */
  readonly step: string | null;
}

/** Several pulls as one line: "litellm 212 of 480 MB". */
export const createPullProgress = () => {
  const pulls = new Map<string, Pull>();
  const sum = (field: "current" | "total"): number => [...pulls.values()].reduce((all, pull) => all + pull[field], 0);
  return {
    add: (image: string, progress: Progress): Progress => {
      const step = progress.says === undefined ? null : progress.text;
      pulls.set(image, { current: progress.current ?? 0, total: progress.total ?? 0, done: false, step });
      if (step !== null) return { ...progress, text: stepsText([...pulls.values()]) };
      const names = [...pulls].filter(([, pull]) => !pull.done).map(([name]) => shortName(name));
      const [current, total] = [sum("current"), sum("total")];
      return { text: `pulling ${names.join(", ")}: ${formatBytes(current)} of ${formatBytes(total)}`, current, total };
    },
    done: (image: string): void => {
      const pull = pulls.get(image);
      const amount = { current: pull?.total ?? 0, total: pull?.total ?? 0 };
      pulls.set(image, { ...amount, done: true, step: pull?.step ?? null });
    },
    summary: (): string =>
      [...pulls]
        .map(([image, { total, step }]) => {
          if (step !== null) return `${image.replace(/ \(local.*\)$/, "")} installed`;
          return `${shortName(image)} ${total > 0 ? `${formatBytes(total)} ` : ""}pulled`;
        })
        .join(" · "),
  };
};

/** "litellm 1.103.7: fetching packages (38 of 96 MB) · postgres 16.14: unpacking" */
const stepsText = (pulls: readonly Pull[]): string =>
  pulls
    .filter(({ done, step }) => !done && step !== null)
    .map(({ step, current, total }) =>
      total > 0 ? `${step} (${formatBytes(current)} of ${formatBytes(total)})` : (step ?? ""),
    )
    .join(" · ");

/** "ghcr.io/berriai/litellm:v1" is litellm to everybody. */
const shortName = (image: string): string => image.replace(/^.*\//, "").replace(/[:@].*$/, "");
