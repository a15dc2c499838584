import { type ProbeContext, pending, ready, type Verdict } from "../verdict.ts";

const lastLine = (text: string): string => text.trimEnd().split("\n").at(-1)?.slice(0, 200) ?? "";

/** The engine's own health check decides; "unhealthy" is only information, since the deadline is ours. */
export const probeEngineHealth = async (context: ProbeContext): Promise<Verdict> => {
  const seen = await context.sighting();
  if (seen === null) return pending("not there yet");
  if (seen.health === "healthy") return ready;
  // An image without a health check cannot tell more than that it runs.
  if (seen.health === "none") return seen.state === "running" ? ready : pending(`state ${seen.state}`);
  return pending(`its health check says ${seen.health}`);
};

/** The service's own check command, run inside it. */
export const probeExec = async (command: readonly string[], context: ProbeContext): Promise<Verdict> => {
  const { exitCode, output } = await context.exec(command);
  if (exitCode === 0) return ready;
  const what = command.join(" ").slice(0, 60);
  return pending(`"${what}" ends with ${exitCode}${output === "" ? "" : `: ${lastLine(output)}`}`);
};

/** A line in the log. */
export const probeLog = async (pattern: string, context: ProbeContext): Promise<Verdict> =>
  new RegExp(pattern, "m").test(await context.log()) ? ready : pending(`no line matches ${pattern}`);

/** A one-shot service is ready when it has ended as it should. */
export const probeExit = async (code: number, context: ProbeContext): Promise<Verdict> => {
  const seen = await context.sighting();
  if (seen?.state !== "exited") return pending("still running");
  if (seen.exitCode === code) return ready;
  return { state: "failed", why: `exited with status ${seen.exitCode}`, reason: "exited" };
};

/** Runs, and goes on running for `forMs` without a restart: all that can be said of a service nobody can ask. */
export const createRunningProbe = (forMs: number): ((context: ProbeContext) => Promise<Verdict>) => {
  let since = 0;
  let life = "";
  return async (context) => {
    const seen = await context.sighting();
    if (seen?.state !== "running") return pending(`state ${seen?.state ?? "absent"}`);
    // Own clock, because the engine's may be behind; by the engine's what runs for long is not watched again.
    const identity = `${seen.startedAt} ${seen.restartCount}`;
    if (identity !== life) [life, since] = [identity, context.clock.now()];
    const age = seen.startedAt === null ? 0 : context.clock.date().getTime() - Date.parse(seen.startedAt);
    const ranMs = Math.max(context.clock.now() - since, age);
    return ranMs >= forMs ? ready : pending(`running for ${Math.round(ranMs)} ms of ${forMs} ms`);
  };
};
