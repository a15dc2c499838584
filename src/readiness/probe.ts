import type { ReadinessSpec } from "../model/stack.ts";
import { tryLogin } from "../platform/postgres.ts";
import { probeHttp } from "./probes/http.ts";
import { createRunningProbe, probeEngineHealth, probeExec, probeExit, probeLog } from "./probes/process.ts";
import { probeTcp } from "./probes/tcp.ts";
import { type ProbeContext, pending, ready, type Verdict } from "./verdict.ts";

export type Probe = (context: ProbeContext) => Promise<Verdict>;

/** The probe for a spec. A probe may keep state between tries, so make one for each wait. */
export const createProbe = (spec: ReadinessSpec): Probe => {
  switch (spec.kind) {
    case "http":
      return (context) => probeHttp(spec, context.signal);
    case "tcp":
      return (context) => probeTcp(spec, context.signal);
    case "postgres":
      return (context) => probePostgres(spec, context.signal);
    case "exec":
      return (context) => probeExec(spec.command, context);
    case "log":
      return (context) => probeLog(spec.pattern, context);
    case "exit":
      return (context) => probeExit(spec.code, context);
    case "engine-health":
      return probeEngineHealth;
    case "running":
      return createRunningProbe(spec.forMs);
    case "all":
      return all(spec.of.map(createProbe));
    case "any":
      return any(spec.of.map(createProbe));
  }
};

/** First failed, else first pending, in order: the later question is not asked before the earlier is answered. */
const all =
  (probes: readonly Probe[]): Probe =>
  async (context) => {
    for (const probe of probes) {
      const verdict = await probe(context);
      if (verdict.state !== "ready") return verdict;
    }
    return ready;
  };

/** First ready wins; failed only when every one failed. */
const any =
  (probes: readonly Probe[]): Probe =>
  async (context) => {
    const verdicts = await Promise.all(probes.map((probe) => probe(context)));
    const open = verdicts.find((verdict) => verdict.state === "ready") ?? verdicts.find((v) => v.state === "pending");
    return open ?? verdicts[0] ?? pending("nothing to ask");
  };

const probePostgres = async (
  spec: Extract<ReadinessSpec, { kind: "postgres" }>,
  signal: AbortSignal,
): Promise<Verdict> => {
  const login = await tryLogin(spec, signal);
  if (login.ok) return ready;
  const why = `log-in as ${spec.user} on port ${spec.port}: ${login.reason}`;
  // 28P01: the server runs and knows another password. No waiting mends that.
  if (login.code === "28P01") return { state: "failed", why, reason: "wrong-password" };
  return pending(why);
};
