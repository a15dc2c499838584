// Edits of the model list under a steady load: how soon each is live, and what the calls of that time notice.
import { setTimeout as pause } from "node:timers/promises";
import { timedUntilReady } from "../measure.mjs";
import { findClients, startClients } from "./clients.mjs";
import { editsOf, model, startWatching, untilLive } from "./edits.mjs";
import { startProvider } from "./provider.mjs";
import { table } from "./report.mjs";

const key = "sk-dev-key";
// Somebody saves, and looks at what it does; a burst of saves is a test's.
const editEveryMs = 5_000;
const calmMs = 10_000;
const restarts = 3;

/** One engine; `edits` is how often the config is saved, `rate` how many calls are begun in a second. */
export async function benchReload(open, { edits, rate, signal, say }) {
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
    const everyMs = (1000 / rate) * clients.length;
    const load = startClients(clients, { url, key, model, everyMs });
    const phases = [];
    try {
      await measure({ engine, edit, edits, url, signal, phases });
    } finally {
      await load.stop();
      say(`\n${table({ engine, phases, calls: load.calls, clients, rate })}\n`);
    }
  } finally {
    provider.close();
    await engine.remove();
  }
}

/** Each phase with its time, so that calls can be told apart afterwards, and with what it has shown also where it ends early. */
async function measure({ engine, edit, edits, url, signal, phases }) {
  const phase = async (title, work) => {
    process.stderr.write(`reload, ${engine.name}: ${title}\n`);
    const made = { title, begin: Date.now(), end: Number.POSITIVE_INFINITY, live: [] };
    phases.push(made);
    await work(made.live);
    made.end = Date.now();
  };
  const calm = () => pause(calmMs, undefined, { signal });
  const repeat = async (count, live, work) => {
    for (let index = 0; index < count; index += 1) {
      const next = pause(editEveryMs, undefined, { signal });
      live.push(await work());
      await next;
    }
  };
  const watched = async (live) => {
    const watching = await startWatching(engine.watch, engine);
    try {
      await repeat(edits, live, async () => untilLive(url, key, await edit(), signal));
    } finally {
      await watching.stop();
      process.stderr.write(watching.said());
    }
  };
  const restarted = (live) =>
    repeat(restarts, live, async () => {
      const begin = performance.now();
      const saved = await edit();
      await timedUntilReady(engine.restart.command, [], { ...engine, signal });
      await untilLive(url, key, saved, signal);
      return performance.now() - begin;
    });
  // What a first call loads is not looked for.
  await calm();
  await phase("no edits", calm);
  await phase("goat-dev watch", watched);
  // Calls that were begun by now are none of the restarts'.
  await calm();
  await phase(engine.restart.title, restarted);
}
