import { posix } from "node:path";
import { parseJson } from "../../platform/json.ts";

/** Reads a text file; null where there is none. */
export type ReadFile = (path: string) => Promise<string | null>;

interface ConfigSource {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly readFile: ReadFile;
}

/** Where Docker's command line keeps what its users have set. */
export function configFolder({ env, home }: Omit<ConfigSource, "readFile">): string {
  return env["DOCKER_CONFIG"] || posix.join(home, ".docker");
}

/** What its config file says; null where there is none that can be read. */
export async function readConfigFile(source: ConfigSource): Promise<unknown> {
  return parseJson((await source.readFile(posix.join(configFolder(source), "config.json"))) ?? "null");
}
