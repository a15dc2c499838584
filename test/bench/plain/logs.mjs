// A million lines of two services: goat-dev, which merges them by time, beside docker compose, which does not.
import { setTimeout as pause } from "node:timers/promises";
import { align, cell, createSamples, median, seconds } from "../figures.mjs";
import { ran } from "../measure.mjs";
import { compose, goatDev } from "../tools.mjs";
import { createPlainLab } from "./lab.mjs";

const lines = 500_000;
const megabytes = 1024 * 1024;

export async function benchLogs({ runs, signal, failures, say, keep }) {
  const script = (name) =>
    `seq -f "line %.0f of what ${name} has to say to whoever reads along" ${lines}; exec sleep infinity`;
  const lab = await createPlainLab({ one: script("one"), two: script("two") });
  const run = { folder: lab.folder, environment: lab.environment, signal };
  const [times, memory] = [createSamples(), createSamples()];
  const tools = [goatDev(lab), compose(lab)];
  try {
    await ran(tools[0].up, run);
    while ((await countOf(tools[1], run)) < 2 * lines) await pause(500, undefined, { signal });
    for (let index = 0; index < runs; index += 1) {
      for (const tool of tools) {
        await failures.attempt(`logs: ${tool.name}`, async () => {
          const { tookMs, peakBytes, lineCount } = await ran(tool.logs, { ...run, counts: true });
          if (lineCount !== 2 * lines) throw new Error(`${lineCount} lines of ${2 * lines}`);
          times.add(tool.name, "time", tookMs);
          if (peakBytes !== null) memory.add(tool.name, "memory", peakBytes / megabytes);
        });
      }
    }
  } finally {
    await ran(tools[0].clean, { ...run, signal: AbortSignal.timeout(120_000) });
    await lab.remove();
  }
  const rows = tools.map(({ name }) => [
    name,
    cell(times.of(name, "time"), seconds),
    cell(memory.of(name, "memory"), (value) => `${value.toFixed(0)} MB`),
  ]);
  say(`\n${align([["logs, a million lines", "time", "peak memory"], ...rows])}\n`);
  const [own, other] = tools.map(({ name }) => median(times.of(name, "time")));
  keep("logs: time, by Compose's", own / other, "");
  keep("logs: memory", median(memory.of("goat-dev", "memory")), "MB");
}

async function countOf({ logs }, run) {
  return (await ran(logs, { ...run, counts: true })).lineCount;
}
