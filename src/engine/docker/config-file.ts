import { posix } from "node:path";
import { parseJson } from "../../platform/json.ts";

/** Reads a text file; null where there is none. */
export type ReadFile = (path: string) => Promise<string | null>;

interface ConfigSource {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly readFile: ReadFile;
}

/** The folder of the configuration of Docker's command line. */
export function configFolder({ env, home }: Omit<ConfigSource, "readFile">): string {
  return env["DOCKER_CONFIG"] || posix.join(home, ".docker");
}

/** The content of Docker's config.json; null where it cannot be read, undefined where it is not JSON. */
export async function readConfigFile(source: ConfigSource): Promise<unknown> {
  return parseJson((await source.readFile(posix.join(configFolder(source), "config.json"))) ?? "null");
}
