// What a service more costs: one and thirty services, goat-dev beside docker compose.
import { align, cell, createSamples, median } from "../figures.mjs";
import { ran } from "../measure.mjs";
import { compose, goatDev } from "../tools.mjs";
import { createPlainLab } from "./lab.mjs";

const deeds = ["up", "noop", "status", "down"];
const many = 30;
const megabytes = 1024 * 1024;

export async function benchThirty({ runs, signal, failures, say, keep }) {
  const [times, memory] = [createSamples(), createSamples()];
  const tools = [goatDev, compose];
  for (const count of [1, many]) {
    const commands = Object.fromEntries(
      Array.from({ length: count }, (_, index) => [`service-${index + 1}`, "exec sleep infinity"]),
    );
    const lab = await createPlainLab(commands);
    try {
      for (let index = 0; index < runs; index += 1) {
        for (const tool of tools.map((make) => make(lab))) {
          const note = (deed, { tookMs, peakBytes }) => {
            times.add(tool.name, `${deed} ${count}`, tookMs);
            if (peakBytes !== null) memory.add(tool.name, `${deed} ${count}`, peakBytes / megabytes);
          };
          await failures.attempt(`${tool.name}, ${count} services`, () => round(tool, lab, note, signal));
        }
      }
    } finally {
      await lab.remove();
    }
  }
  say(`\n${tableOf(times, memory)}\n`);
  for (const deed of deeds) {
    keep(`thirty: ${deed}, a service more`, perService(times, "goat-dev", deed), "ms");
    keep(`thirty: ${deed}, memory`, median(memory.of("goat-dev", `${deed} ${many}`)), "MB");
  }
}

async function round(tool, lab, note, signal) {
  const run = { folder: lab.folder, environment: lab.environment, signal };
  try {
    for (const deed of deeds) note(deed, await ran(deed === "noop" ? tool.up : tool[deed], run));
  } finally {
    await ran(tool.clean, { ...run, signal: AbortSignal.timeout(120_000) });
  }
}

function perService(times, tool, deed) {
  return (median(times.of(tool, `${deed} ${many}`)) - median(times.of(tool, `${deed} 1`))) / (many - 1);
}

function tableOf(times, memory) {
  const ms = (value) => `${value.toFixed(0)} ms`;
  const rows = deeds.flatMap((deed) =>
    ["goat-dev", "docker compose"].map((tool) => [
      `${deed}, ${tool}`,
      cell(times.of(tool, `${deed} 1`), ms),
      cell(times.of(tool, `${deed} ${many}`), ms),
      `${perService(times, tool, deed).toFixed(1)} ms`,
      cell(memory.of(tool, `${deed} ${many}`), (value) => `${value.toFixed(0)} MB`),
    ]),
  );
  return align([["", "1 service", `${many} services`, "a service more", "peak memory"], ...rows]);
}
