// Prints tables: goat-dev on Docker beside docker compose, and goat-dev without Docker beside pip and LiteLLM alone.
import { parseArgs } from "node:util";
import { benchDocker, dockerMissing } from "./docker.mjs";
import { createFailures } from "./failures.mjs";
import { createKept } from "./kept.mjs";
import { benchLocal, localMissing } from "./local/main.mjs";
import { localMeasurements } from "./local/report.mjs";
import { benchLogs } from "./plain/logs.mjs";
import { benchThirty } from "./plain/thirty.mjs";
import { openDocker, openLocal } from "./reload/engines.mjs";
import { benchReload } from "./reload/main.mjs";
import { facts, load } from "./report.mjs";
import { measurements } from "./scenario.mjs";
import { benchTap, tapMeasurements } from "./tap/main.mjs";

const parts = [
  { names: Object.keys(measurements), missing: dockerMissing, bench: benchDocker },
  { names: localMeasurements, missing: localMissing, bench: benchLocal },
  { names: ["reload"], missing: dockerMissing, bench: (options) => benchReload(openDocker, options) },
  { names: ["local-reload"], missing: localMissing, bench: (options) => benchReload(openLocal, options) },
  { names: tapMeasurements, missing: async () => null, bench: benchTap },
  { names: ["thirty"], missing: dockerMissing, bench: benchThirty },
  { names: ["logs"], missing: dockerMissing, bench: benchLogs },
];
const all = parts.flatMap(({ names }) => names);
const usage = `usage: npm run bench -- [--runs N] [--edits N] [--rate N] [--gate] [--only ${all.join(",")}]`;

function readOptions() {
  const { values } = parseArgs({
    options: {
      runs: { type: "string" },
      edits: { type: "string" },
      rate: { type: "string" },
      gate: { type: "boolean", default: false },
      only: { type: "string" },
    },
  });
  const runs = Number(values.runs ?? 3);
  const edits = Number(values.edits ?? 50);
  const rate = Number(values.rate ?? 54);
  const only = values.only?.split(",") ?? all;
  const unknown = only.find((name) => !all.includes(name));
  for (const [name, value] of Object.entries({ runs, edits, rate })) {
    if (!Number.isInteger(value) || value < 1) throw new Error(`--${name} takes a number from 1 up\n${usage}`);
  }
  if (unknown !== undefined) throw new Error(`there is no measurement "${unknown}"\n${usage}`);
  return { runs, edits, rate, gate: values.gate, wanted: new Set(only) };
}

async function main(signal) {
  const { runs, edits, rate, gate, wanted } = readOptions();
  const failures = createFailures(signal);
  const leftOut = [];
  const about = await facts();
  say(about.join("\n"));
  const kept = await createKept({ gate, about });
  const before = load();
  try {
    for (const { names, missing, bench } of parts) {
      const asked = names.filter((name) => wanted.has(name));
      if (asked.length === 0) continue;
      const why = await missing();
      if (why !== null) leftOut.push(`${asked.join(", ")}: ${why}`);
      else
        await failures.attempt("bench", () =>
          bench({ runs, edits, rate, wanted, signal, failures, say, keep: kept.keep }),
        );
    }
  } finally {
    for (const text of leftOut) say(`left out: ${text}`);
    for (const text of failures.list) say(`failed: ${text.split("\n", 1)[0]}`);
    say(`before: ${before}; after: ${load()}`);
  }
  for (const name of await kept.close(say)) failures.list.push(`${name}: worse than the kept figure`);
  if (failures.list.length > 0) process.exitCode = 1;
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
