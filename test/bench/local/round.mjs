// One round of what is installed: from no data to no data, with LiteLLM alone between the ups.
import { ran, timed, timedUntilReady } from "../measure.mjs";
import { readEvents, readyAfter } from "./events.mjs";
import { bootOf, litellmOf } from "./litellm.mjs";

const quickRepeats = 5;
const cleanLimitMs = 120_000;

const runOf = ({ folder, environment }, signal) => ({ folder, environment, signal });

/** Installs what is missing and brings files into memory; counts for nothing. */
export async function warmUp(lab, { signal }) {
  await ran(lab.goatDev("up", "--no-example"), runOf(lab, signal));
  await lab.clean(signal);
}

/** Each step stands alone, where it does not need the one before. */
export async function round(lab, bench) {
  const { wanted, attempt, signal } = bench;
  const { up, quick, restart, down } = stepsOf(lab, bench);
  await lab.clean(signal);
  try {
    if (!(await attempt("cold up, no data", () => up("cold"))).ok) return;
    const boot = await bootAlone(lab, bench);
    await quick("noop", "up", "--no-example");
    await quick("status", "status");
    if (wanted.has("local-restart")) await attempt("restart litellm", restart);
    await attempt("down", down);
    await boot();
    if (!wanted.has("local-cold")) return;
    await attempt("cold up, data there", () => up("warm"));
    await attempt("down, second time", down);
    await boot();
  } finally {
    await lab.clean(AbortSignal.timeout(cleanLimitMs)).catch(() => undefined);
  }
}

function stepsOf(lab, { wanted, note, attempt, signal }) {
  const run = runOf(lab, signal);
  const keep = (name, row, value) => {
    if (wanted.has(`local-${name}`)) note("goat-dev", row, value);
  };
  const repeat = async (name, args) => {
    for (let i = 0; i < quickRepeats; i += 1) keep(name, name, await timed(lab.goatDev(...args), run));
  };
  return {
    up: (row) => measureUp(lab, run, (part, value) => keep("cold", `${row}${part}`, value)),
    quick: async (name, ...args) => {
      if (wanted.has(`local-${name}`)) await attempt(name, () => repeat(name, args));
    },
    restart: async () => {
      const { readyMs } = await timedUntilReady(lab.goatDev("restart", "litellm"), lab.services, run);
      keep("restart", "restart", readyMs);
    },
    down: async () => keep("down", "down", await timed(lab.goatDev("down"), run)),
  };
}

/** Starts LiteLLM as it was seen running; does nothing where nothing is compared with it, or it cannot be told. */
async function bootAlone(lab, { wanted, note, attempt, signal }) {
  const found =
    wanted.has("local-cold") || wanted.has("local-restart")
      ? await attempt("litellm alone", () => litellmOf(lab, signal))
      : { ok: false };
  const boot = async () => note("litellm", "boot", await bootOf(found.value, { ...lab, signal }));
  return async () => {
    if (found.ok) await attempt("litellm alone", boot);
  };
}

async function measureUp(lab, run, note) {
  const begunAt = Date.now();
  const command = lab.goatDev("up", "--no-example", "--json-stream");
  const { stdout, readyMs } = await timedUntilReady(command, lab.services, run);
  note("", readyMs);
  const events = readEvents(stdout);
  for (const role of ["database", "tracing"]) {
    const ms = readyAfter(events, role, begunAt);
    if (ms !== undefined) note(`-${role}`, ms);
  }
}
