// Edits of the model list under a steady load: how soon each is live, and what the calls of that time notice.
import { setTimeout as pause } from "node:timers/promises";
import { timedUntilReady } from "../measure.mjs";
import { findClients, startClients } from "./clients.mjs";
import { editsOf, model, startWatching, untilLive } from "./edits.mjs";
import { startProvider } from "./provider.mjs";
import { table } from "./report.mjs";

const key = "sk-dev-key";
const callsPerSecond = 54;
const editEveryMs = 2_000;
const calmMs = 10_000;
const restarts = 3;

/** One engine; `edits` is how often the config is saved. */
export async function benchReload(open, { edits, signal, say }) {
  const engine = await open();
  const provider = await startProvider();
  try {
    const edit = await editsOf(engine, `http://${engine.provider}:${provider.port}/v1`);
    await edit();
    process.stderr.write(`reload, ${engine.name}: up\n`);
    await timedUntilReady(engine.up, engine.services, { ...engine, signal });
    const { clients, leftOut } = await findClients(engine.folder);
    for (const { name, why } of leftOut) say(`left out: calls from ${name}: ${why}`);
    const url = new URL(engine.services[0]).origin;
    const everyMs = (1000 / callsPerSecond) * clients.length;
    const load = startClients(clients, { url, key, model, everyMs });
    const phases = await measured({ engine, edit, edits, url, signal }).finally(() => load.stop());
    say(`\n${table({ engine, phases, calls: load.calls, clients, callsPerSecond })}\n`);
  } finally {
    provider.close();
    await engine.remove();
  }
}

/** Each phase with its time, so that calls can be told apart afterwards. */
async function measured({ engine, edit, edits, url, signal }) {
  const phase = async (title, work) => {
    process.stderr.write(`reload, ${engine.name}: ${title}\n`);
    const begin = Date.now();
    const live = await work();
    return { title, begin, end: Date.now(), live };
  };
  const calm = async () => {
    await pause(calmMs, undefined, { signal });
    return [];
  };
  const repeat = async (count, work) => {
    const live = [];
    for (let index = 0; index < count; index += 1) {
      const next = pause(editEveryMs, undefined, { signal });
      live.push(await work());
      await next;
    }
    return live;
  };
  const watched = async () => {
    const watching = await startWatching(engine.watch, engine);
    try {
      return await repeat(edits, async () => untilLive(url, key, await edit(), signal));
    } finally {
      await watching.stop();
      process.stderr.write(watching.said());
    }
  };
  const restarted = () =>
    repeat(restarts, async () => {
      const begin = performance.now();
      const name = await edit();
      await timedUntilReady(engine.restart.command, [], { ...engine, signal });
      await untilLive(url, key, name, signal);
      return performance.now() - begin;
    });
  // What a first call loads is not looked for.
  await phase("first calls", calm);
  return [
    await phase("no edits", calm),
    await phase("goat-dev watch", watched),
    await phase(engine.restart.title, restarted),
  ];
}
