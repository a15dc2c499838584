import { dirname } from "node:path";
import { run } from "../platform/process.ts";
import type { ComposeHashes } from "../stack/plan/adopt.ts";
import type { App } from "./app.ts";
import type { ProjectSession } from "./project.ts";

/**
 * What the Compose plugin, where it is installed, makes of the stack's services: their hashes, by which it knows whether a
 * container is as configured. Asked once, and only when somebody wants to know; empty where it does not answer.
 */
export function composeHashes(session: ProjectSession, app: App): () => Promise<ComposeHashes> {
  let asked: Promise<ComposeHashes> | undefined;
  return () => {
    asked ??= ask(session, app);
    return asked;
  };
}

async function ask(session: ProjectSession, app: App): Promise<ComposeHashes> {
  const result = await run("docker", [...composeArguments(session, app), "config", "--hash", "*"], {
    cwd: dirname(session.stack.configFiles[0] ?? app.cwd),
    // As goat-dev has read them, so that both mean the same stack.
    env: session.environment.variables,
    signal: app.signal,
  });
  if (result.exitCode !== 0) return {};
  const pairs = result.stdout.split("\n").flatMap((line) => {
    const [, name, hash] = /^(\S+) ([0-9a-f]{64})$/.exec(line) ?? [];
    return name === undefined || hash === undefined ? [] : [[name, hash] as const];
  });
  return Object.fromEntries(pairs);
}

/** `docker` and these, and it is the same stack. */
function composeArguments({ stack }: ProjectSession, { options }: App): readonly string[] {
  const files = stack.environmentFiles.length > 0 ? stack.environmentFiles : ["/dev/null"];
  return [
    "compose",
    ...["--project-name", stack.name],
    ...stack.configFiles.flatMap((file) => ["--file", file]),
    ...files.flatMap((file) => ["--env-file", file]),
    ...options.profiles.flatMap((profile) => ["--profile", profile]),
  ];
}
