import type { AnyCommand, OptionSpec } from "./command.ts";

/** What every command takes, before it and after it. */
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

/** The same as a command takes them: `logs -f` follows, and the global -f is then --file only. */
export function globalOptionsOf({ options }: AnyCommand): readonly OptionSpec[] {
  const isTaken = (short: string | undefined): boolean =>
    short !== undefined && options.some((own) => own.flags.startsWith(`${short},`));
  return globalOptions.map((option) =>
    isTaken(/^(-\w), /.exec(option.flags)?.[1]) ? { ...option, flags: option.flags.slice(4) } : option,
  );
}
