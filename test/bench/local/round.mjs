// One round of what is installed: from no data to no data, with LiteLLM alone between the ups.
import { ran, timed, timedUntilReady } from "../measure.mjs";
import { readEvents, readyAfter } from "./events.mjs";
import { bootOf, litellmOf } from "./litellm.mjs";

const quickRepeats = 5;

const runOf = ({ folder, environment }, signal) => ({ folder, environment, signal });

/** Installs what is missing and brings files into memory; counts for nothing. */
export async function warmUp(lab, { signal }) {
  await ran(lab.goatDev("up", "--no-example"), runOf(lab, signal));
  await lab.clean(signal);
}

/** Each step stands alone, where it does not need the one before. */
export async function round(lab, { wanted, note, attempt, signal }) {
  const run = runOf(lab, signal);
  const own = (row, value) => note("goat-dev", row, value);
  const quick = async (row, ...args) => {
    if (!wanted.has(`local-${row}`)) return;
    const measure = async () => {
      for (let i = 0; i < quickRepeats; i += 1) own(row, await timed(lab.goatDev(...args), run));
    };
    await attempt(row, measure);
  };
  const restart = async () =>
    own("restart", (await timedUntilReady(lab.goatDev("restart", "litellm"), lab.services, run)).readyMs);
  const down = async () => {
    const tookMs = await timed(lab.goatDev("down"), run);
    if (wanted.has("local-down")) own("down", tookMs);
  };

  await lab.clean(signal);
  try {
    if (!(await attempt("cold up, no data", () => up("cold", { lab, run, note: keepUp(wanted, own) }))).ok) return;
    const alone = await findLitellm(lab, { wanted, attempt, signal });
    const boot = async () => {
      if (alone === null) return;
      await attempt("litellm alone", async () => note("litellm", "boot", await bootOf(alone, { ...lab, signal })));
    };
    await quick("noop", "up", "--no-example");
    await quick("status", "status");
    if (wanted.has("local-restart")) await attempt("restart litellm", restart);
    await attempt("down", down);
    await boot();
    if (!wanted.has("local-cold")) return;
    await attempt("cold up, data there", () => up("warm", { lab, run, note: own }));
    await attempt("down, second time", down);
    await boot();
  } finally {
    await lab.clean(AbortSignal.timeout(120_000)).catch(() => undefined);
  }
}

const keepUp = (wanted, own) => (row, value) => {
  if (wanted.has("local-cold")) own(row, value);
};

/** Null where nothing is compared with it, or it cannot be told. */
async function findLitellm(lab, { wanted, attempt, signal }) {
  if (!wanted.has("local-cold") && !wanted.has("local-restart")) return null;
  const found = await attempt("litellm alone", () => litellmOf(lab, signal));
  return found.ok ? found.value : null;
}

async function up(row, { lab, run, note }) {
  const begunAt = Date.now();
  const command = lab.goatDev("up", "--no-example", "--json-stream");
  const { stdout, readyMs } = await timedUntilReady(command, lab.services, run);
  note(row, readyMs);
  const events = readEvents(stdout);
  for (const role of ["database", "tracing"]) {
    const ms = readyAfter(events, role, begunAt);
    if (ms !== undefined) note(`${row}-${role}`, ms);
  }
}
