/** `error` will not work, `warning` will surprise, `note` is good to know. */
export type Level = "error" | "warning" | "note";

export interface Finding {
  readonly level: Level;
  /** `dev/litellm-config.yaml:12:7`, or the path alone where the finding is about the whole file. */
  readonly place: string;
  readonly text: string;
}

/** The circumstances of the gateway that reads a config. */
export interface Surroundings {
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** Names of the variables that are passed to the gateway; null where that is not known. */
  readonly passed: readonly string[] | null;
  /** The files that pass variables on to the gateway, as messages name them. */
  readonly passedBy: string;
  /** Whether a file that the config includes exists. */
  isThere(path: string): boolean;
  /** True where the gateway runs in a container, in which localhost is the container itself. */
  readonly inContainer: boolean;
  /** True for the cloud's gateway, which has no database. */
  readonly stateless: boolean;
}

const order: readonly Level[] = ["error", "warning", "note"];

/**
 * Sorts findings by level, the worst first, else as they were found. The same finding about several places of one file
 * is given once, at the first.
 */
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
