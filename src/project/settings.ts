import { GoatError } from "../errors/goat-error.ts";
import { parseLimit } from "../platform/duration.ts";
import { list } from "../platform/text.ts";

export type ExampleMode = "auto" | "always" | "never";

/** The engines that a user can ask for. */
export type EngineKind = "docker" | "embedded";

/** How goat-dev behaves; the stack itself is described by the Compose file. */
export interface Settings {
  /** For the whole of a command; null means no limit but each service's own. */
  readonly timeoutMs: number | null;
  readonly dockerHost: string | null;
  /** Null means the engine that the project's stack was brought up on last, else one that answers. */
  readonly engine: EngineKind | null;
  readonly example: ExampleMode;
  /** Whether LiteLLM as a plain process uses the stack's database; null leaves it to the service's own x-goat block. */
  readonly litellmDatabase: boolean | null;
}

export const engineKinds: readonly EngineKind[] = ["docker", "embedded"];

interface SettingSources {
  /** By setting name, as written on the command line. */
  readonly flags: { readonly [K in keyof Settings]?: string | undefined };
  readonly env: Raw;
  /** The `x-goat` block at the top of the Compose file. */
  readonly xGoat: unknown;
}

type Raw = Readonly<Record<string, string | undefined>>;

/** Each setting by its flag, else its GOAT_DEV_* variable, else the x-goat block. Throws usage for an invalid value. */
export function resolveSettings(sources: SettingSources): Settings {
  return {
    timeoutMs: resolveOne("timeoutMs", sources),
    dockerHost: resolveOne("dockerHost", sources),
    engine: resolveOne("engine", sources),
    example: resolveOne("example", sources),
    litellmDatabase: resolveOne("litellmDatabase", sources),
  };
}

interface Setting<T> {
  /** Null where there is no flag for it. */
  readonly flag: string | null;
  readonly variable: string;
  readonly key: string;
  readonly fallback: T;
  /** Undefined where the text is not a valid value. */
  parse(text: string): T | undefined;
  readonly expects: string;
}

const exampleModes: readonly ExampleMode[] = ["auto", "always", "never"];

const table: { readonly [K in keyof Settings]: Setting<Settings[K]> } = {
  timeoutMs: {
    flag: "--timeout",
    variable: "GOAT_DEV_TIMEOUT",
    key: "timeout",
    fallback: null,
    parse: parseLimit,
    expects: "a duration such as 90s or 2m",
  },
  dockerHost: {
    flag: "--docker-host",
    variable: "GOAT_DEV_DOCKER_HOST",
    key: "docker-host",
    fallback: null,
    parse: (text) => (text === "" ? undefined : text),
    expects: "an address such as unix:///var/run/docker.sock",
  },
  engine: {
    flag: "--engine",
    variable: "GOAT_DEV_ENGINE",
    key: "engine",
    fallback: null,
    parse: (text) => engineKinds.find((kind) => kind === text),
    expects: list(engineKinds, "or"),
  },
  example: {
    flag: "--example",
    variable: "GOAT_DEV_EXAMPLE",
    key: "example",
    fallback: "auto",
    parse: (text) => exampleModes.find((mode) => mode === text),
    expects: list(exampleModes, "or"),
  },
  litellmDatabase: {
    flag: null,
    variable: "GOAT_DEV_LITELLM_DATABASE",
    key: "litellm-database",
    fallback: null,
    parse: (text) => ({ on: true, true: true, off: false, false: false })[text],
    expects: "on or off",
  },
};

function resolveOne<K extends keyof Settings>(name: K, sources: SettingSources): Settings[K] {
  const setting: Setting<Settings[K]> = table[name];
  const candidates: readonly (readonly [string, string | undefined])[] = [
    [setting.flag ?? "", sources.flags[name]],
    [setting.variable, sources.env[setting.variable] || undefined],
    [`x-goat: ${setting.key}`, fieldOf(sources.xGoat, setting.key)],
  ];
  const given = candidates.find(([, text]) => text !== undefined);
  if (given?.[1] === undefined) return setting.fallback;
  const value = setting.parse(given[1].trim());
  if (value === undefined) {
    const [where, text] = given;
    throw new GoatError("usage", `${where} is ${JSON.stringify(text)}, and should be ${setting.expects}`, {
      fixes: [{ command: "goat-dev up --help", effect: "all options, with examples" }],
    });
  }
  return value;
}

function fieldOf(block: unknown, key: string): string | undefined {
  if (typeof block !== "object" || block === null || !(key in block)) return undefined;
  const value: unknown = Object.entries(block).find(([name]) => name === key)?.[1];
  return value === undefined || value === null ? undefined : String(value);
}
