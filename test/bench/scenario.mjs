// One round of one tool: from nothing to nothing. What is not asked for still runs where a later step needs it.
import { timed, timedUntilReady } from "./measure.mjs";

const quickRepeats = 5;

export const measurements = {
  cold: "cold up, no volume",
  noop: "no-op up",
  status: "status",
  restart: "restart litellm, until ready",
  down: "down",
  warm: "cold up, volume there",
  proof: "proof: example client and its trace",
};

/** Calls `note(measurement, milliseconds)` for everything in `wanted`. */
export async function round(tool, lab, { wanted, note, signal }) {
  const run = { folder: lab.folder, environment: lab.environment, signal };
  const keep = (name, value) => {
    if (wanted.has(name)) note(name, value);
  };
  const repeat = async (name, command) => {
    if (!wanted.has(name) || command === null) return;
    for (let i = 0; i < quickRepeats; i += 1) note(name, await timed(command, run));
  };
  const up = async () => (await timedUntilReady(tool.up, lab.services, run)).readyMs;

  await timed(tool.clean, run);
  try {
    keep("cold", await up());
    await repeat("noop", tool.up);
    await repeat("status", tool.status);
    if (wanted.has("restart")) note("restart", (await timedUntilReady(tool.restart, lab.services, run)).readyMs);
    keep("down", await timed(tool.down, run));
    if (!wanted.has("warm") && !wanted.has("proof")) return;
    keep("warm", await up());
    await repeat("proof", tool.prove);
  } finally {
    await timed(tool.clean, { ...run, signal: AbortSignal.timeout(120_000) });
  }
}
