// goat-dev beside docker compose, on the same file, in turns. Prints a table.
import { parseArgs } from "node:util";
import { createLab } from "./lab.mjs";
import { facts, load, table } from "./report.mjs";
import { measurements, round } from "./scenario.mjs";
import { compose, goatDev } from "./tools.mjs";

const usage = `usage: npm run bench -- [--runs N] [--only ${Object.keys(measurements).join(",")}]`;

function readOptions() {
  const { values } = parseArgs({ options: { runs: { type: "string" }, only: { type: "string" } } });
  const runs = Number(values.runs ?? 3);
  const only = values.only?.split(",") ?? Object.keys(measurements);
  const unknown = only.find((name) => !(name in measurements));
  if (!Number.isInteger(runs) || runs < 1) throw new Error(`--runs takes a number from 1 up\n${usage}`);
  if (unknown !== undefined) throw new Error(`there is no measurement "${unknown}"\n${usage}`);
  return { runs, wanted: new Set(only) };
}

async function main(signal) {
  const { runs, wanted } = readOptions();
  const lab = await createLab();
  const tools = [goatDev(lab), compose(lab)];
  const samples = {};
  try {
    say((await facts(lab)).join("\n"));
    const before = load();
    for (let index = 0; index < runs; index += 1) {
      for (const tool of tools) {
        process.stderr.write(`round ${index + 1} of ${runs}: ${tool.name}\n`);
        const note = (name, value) => {
          samples[tool.name] ??= {};
          samples[tool.name][name] ??= [];
          samples[tool.name][name].push(value);
        };
        await round(tool, lab, { wanted, note, signal });
      }
    }
    const names = tools.map((tool) => tool.name);
    say(`\n${table(samples, names)}\n`);
    say("median (least to most), in turns; ratio below 1: goat-dev is faster. Cold and restart end when");
    say("LiteLLM and Langfuse answer 200 to the same questions from outside; goat-dev's up is --no-example.");
    say(`before: ${before}; after: ${load()}`);
  } finally {
    await lab.remove();
  }
}

function say(text) {
  process.stdout.write(`${text}\n`);
}

const interrupt = new AbortController();
for (const name of ["SIGINT", "SIGTERM"]) process.once(name, () => interrupt.abort(new Error("interrupted")));
try {
  await main(interrupt.signal);
} catch (error) {
  process.stderr.write(`bench: ${interrupt.signal.aborted ? "interrupted" : error.message}\n`);
  process.exitCode = interrupt.signal.aborted ? 130 : 1;
}
