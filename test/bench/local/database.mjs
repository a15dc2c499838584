// LiteLLM on its database beside LiteLLM without one: the same commands in turn, on no data and on data that is there.
import { readdirSync, readFileSync } from "node:fs";
import { read } from "../lab.mjs";
import { ran, timedUntilReady } from "../measure.mjs";

const calls = 300;
const warmUpCalls = 30;
const columns = [
  ["goat-dev", "on"],
  ["without", "off"],
];

/** One round: each way from no data to no data. */
export async function databaseRound(lab, { note, attempt, signal }) {
  const ticks = Number(await read("getconf", ["CLK_TCK"]));
  for (const [column, database] of columns) {
    const run = {
      folder: lab.folder,
      environment: { ...lab.environment, GOAT_DEV_LITELLM_DATABASE: database },
      signal,
    };
    const up = async (row) => {
      const { readyMs } = await timedUntilReady(lab.goatDev("up", "--no-example"), lab.services, run);
      note(column, row, readyMs);
    };
    await lab.clean(signal);
    try {
      await attempt(`database ${database}`, async () => {
        await up("database-empty");
        await ran(lab.goatDev("down"), run);
        await up("database-there");
        await measureCalls(await gatewayOf(lab, run), { ticks, lab, note: (row, value) => note(column, row, value) });
      });
    } finally {
      await lab.clean(AbortSignal.timeout(120_000)).catch(() => undefined);
    }
  }
}

async function gatewayOf({ goatDev }, run) {
  const { stdout } = await ran(goatDev("status", "--json"), run);
  return JSON.parse(stdout).services.find(({ role }) => role === "gateway");
}

/** Processor time of LiteLLM and of its engine over the calls, and what each of the two holds afterwards. */
async function measureCalls({ pid, port }, { ticks, note }) {
  for (let index = 0; index < warmUpCalls; index += 1) await call(port);
  const family = [String(pid), ...descendantsOf(String(pid))];
  const engines = family.filter(isEngine);
  const litellm = family.filter((each) => !isEngine(each));
  const look = () => [processorMs(litellm, ticks), processorMs(engines, ticks)];
  const [before, engineBefore] = look();
  for (let index = 0; index < calls; index += 1) await call(port);
  const [after, engineAfter] = look();
  note("database-call", (after - before) / calls);
  note(
    "database-memory",
    litellm.map(memoryMb).reduce((sum, one) => sum + one, 0),
  );
  if (engines.length === 0) return;
  note("database-engine-call", (engineAfter - engineBefore) / calls);
  note(
    "database-engine",
    engines.map(memoryMb).reduce((sum, one) => sum + one, 0),
  );
}

async function call(port) {
  const answer = await fetch(`http://127.0.0.1:${port}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: "Bearer sk-dev-key", "content-type": "application/json" },
    body: JSON.stringify({ model: "gpt-4o-mini", messages: [{ role: "user", content: "hello" }] }),
  });
  if (answer.status !== 200) throw new Error(`a call was answered with ${answer.status}: ${await answer.text()}`);
  await answer.arrayBuffer();
}

/** Linux alone tells it. */
function processorMs(pids, ticks) {
  return pids.map((id) => ticksOf(id)).reduce((sum, one) => sum + one, 0) * (1000 / ticks);
}

function ticksOf(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1).split(" ");
  return Number(fields[11]) + Number(fields[12]);
}

/** With its share of what several hold: the launcher and what it has forked hold LiteLLM's code together. */
function memoryMb(pid) {
  return Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))[1]) / 1024;
}

/** The launcher's child serves, and has the engine as its own. */
function descendantsOf(pid) {
  const children = readdirSync("/proc").filter((name) => /^\d+$/.test(name) && parentOf(name) === pid);
  return children.flatMap((child) => [child, ...descendantsOf(child)]);
}

function isEngine(pid) {
  return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("query-engine");
}

function parentOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1).split(" ")[1];
  } catch {
    return undefined;
  }
}
