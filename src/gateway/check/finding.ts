/** `error` will not work, `warning` will surprise, `note` is good to know. */
export type Level = "error" | "warning" | "note";

export interface Finding {
  readonly level: Level;
  /** `dev/litellm-config.yaml:12:7`; the file alone where it is about all of it. */
  readonly place: string;
  readonly text: string;
}

/** What the gateway that reads a config is given. */
export interface Surroundings {
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** Variables that reach it; null where that is not known. */
  readonly passed: readonly string[] | null;
  /** Where more of them can be passed on. */
  readonly passedBy: string;
  /** Whether a file that it includes is there. */
  isThere(path: string): boolean;
  /** It runs in a container, where localhost is the container. */
  readonly inContainer: boolean;
  /** True for the cloud's gateway, which has no database. */
  readonly stateless: boolean;
}

const order: readonly Level[] = ["error", "warning", "note"];

/** The worst first, else as they were found; what is said of many places of a file is said at the first. */
export function tidy(findings: readonly Finding[]): readonly Finding[] {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) {
    const key = [finding.level, finding.place.split(":", 1)[0], finding.text].join("\n");
    groups.set(key, [...(groups.get(key) ?? []), finding]);
  }
  const once = [...groups.values()].flatMap(([first, ...others]) => {
    if (first === undefined || others.length === 0) return first ?? [];
    return { ...first, text: `${first.text} (and ${others.length} more)` };
  });
  return once.toSorted((left, right) => order.indexOf(left.level) - order.indexOf(right.level));
}
