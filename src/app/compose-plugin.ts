import type { StackSpec } from "../model/stack.ts";
import { run } from "../platform/process.ts";
import type { ComposeHashes } from "../stack/plan/adopt.ts";

/** A stack as the plugin is to read it. */
interface Asked {
  readonly stack: StackSpec;
  /** As goat-dev has read them, so that both mean the same stack. */
  readonly variables: Readonly<Record<string, string>>;
  readonly profiles: readonly string[];
  readonly signal: AbortSignal;
}

/**
 * Asks the Docker Compose plugin for the configuration hash of each service, by which Compose tells whether a container
 * is up to date. The plugin runs at most once, at the first call; no hashes where it is missing or fails.
 */
export function composeHashes(asked: Asked): () => Promise<ComposeHashes> {
  let answer: Promise<ComposeHashes> | undefined;
  return () => {
    answer ??= ask(asked);
    return answer;
  };
}

async function ask({ stack, variables, profiles, signal }: Asked): Promise<ComposeHashes> {
  const envFiles = stack.environmentFiles.length > 0 ? stack.environmentFiles : ["/dev/null"];
  const options = [
    ...["--project-name", stack.name],
    ...stack.configFiles.flatMap((file) => ["--file", file]),
    ...envFiles.flatMap((file) => ["--env-file", file]),
    ...profiles.flatMap((profile) => ["--profile", profile]),
  ];
  const args = ["compose", ...options, "config", "--hash", "*"];
  const { exitCode, stdout } = await run("docker", args, { cwd: stack.workingDir, env: variables, signal });
  if (exitCode !== 0) return {};
  const pairs = stdout.split("\n").flatMap((line) => {
    const [, name, hash] = /^(\S+) ([0-9a-f]{64})$/.exec(line) ?? [];
    return name === undefined || hash === undefined ? [] : [[name, hash] as const];
  });
  return Object.fromEntries(pairs);
}
