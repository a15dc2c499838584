import type { AnyCommand, OptionSpec } from "./command.ts";

/** Options of every command; they can be typed before its name and after it. */
export const globalOptions: readonly OptionSpec[] = [
  { flags: "--json", description: "one JSON document on stdout, and nothing else" },
  { flags: "--json-stream", description: "one JSON event a line on stdout" },
  { flags: "-q, --quiet", description: "results and errors only" },
  { flags: "-v, --verbose", description: "each step, and the engine's own words" },
  { flags: "-p, --project-name <name>", description: "the stack's name, as for docker compose" },
  { flags: "-f, --file <path>", description: "Compose file (again for more)", repeats: true },
  { flags: "--env-file <path>", description: "instead of .env (again for more)", repeats: true },
  { flags: "--profile <name>", description: "switch on a profile (again for more)", repeats: true },
  {
    flags: "--engine <name>",
    description: "docker, or embedded: plain local processes, without Docker",
    choices: ["docker", "embedded"],
  },
  { flags: "--docker-host <url>", description: "which Docker engine: unix:///… or tcp://127.0.0.1:…" },
  { flags: "--no-color", description: "no colours" },
];

/** The global options without short forms that the command uses itself: `logs -f` follows, so --file has no -f. */
export function globalOptionsOf({ options }: AnyCommand): readonly OptionSpec[] {
  const isTaken = (short: string | undefined): boolean =>
    short !== undefined && options.some((own) => own.flags.startsWith(`${short},`));
  return globalOptions.map((option) =>
    isTaken(/^(-\w), /.exec(option.flags)?.[1]) ? { ...option, flags: option.flags.slice(4) } : option,
  );
}
