import type { Progress } from "../engine/engine.ts";
import { formatBytes } from "../platform/format.ts";

/** Several pulls as one line: "litellm 212 of 480 MB". */
export const createPullProgress = () => {
  const pulls = new Map<string, { current: number; total: number; done: boolean }>();
  const sum = (field: "current" | "total"): number => [...pulls.values()].reduce((all, pull) => all + pull[field], 0);
  return {
    add: (image: string, progress: Progress): Progress => {
      pulls.set(image, { current: progress.current ?? 0, total: progress.total ?? 0, done: false });
      const names = [...pulls].filter(([, pull]) => !pull.done).map(([name]) => shortName(name));
      const [current, total] = [sum("current"), sum("total")];
      return { text: `pulling ${names.join(", ")}: ${formatBytes(current)} of ${formatBytes(total)}`, current, total };
    },
    done: (image: string): void => {
      const pull = pulls.get(image);
      pulls.set(image, { current: pull?.total ?? 0, total: pull?.total ?? 0, done: true });
    },
    summary: (): string =>
      [...pulls]
        .map(([image, { total }]) => `${shortName(image)} ${total > 0 ? `${formatBytes(total)} ` : ""}pulled`)
        .join(" · "),
  };
};

/** "ghcr.io/berriai/litellm:v1" is litellm to everybody. */
const shortName = (image: string): string => image.replace(/^.*\//, "").replace(/[:@].*$/, "");
