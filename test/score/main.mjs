// npm run doctor:score [-- --engine docker] [--only PATTERN] [--recorded] [--list] [--calm RUNS]: each failure injected
// for real, its code, its cause, its fix, and well again; --calm: doctor on stacks that are well, where each finding is an alarm.
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { calm } from "./calm.mjs";
import { bring, openLab } from "./lab.mjs";
import { scoreRecorded } from "./recorded.mjs";
import { configRows } from "./rows/config.mjs";
import { databaseRows } from "./rows/database.mjs";
import { dockerRows } from "./rows/docker.mjs";
import { envRows } from "./rows/env.mjs";
import { placeRows } from "./rows/places.mjs";
import { providerRows } from "./rows/providers.mjs";
import { selfRows } from "./rows/self.mjs";
import { serviceRows } from "./rows/services.mjs";
import { traceRows } from "./rows/traces.mjs";
import { score } from "./score.mjs";

const enough = 0.95;

const rows = {
  embedded: [
    ...envRows,
    ...placeRows,
    ...configRows,
    ...selfRows,
    ...traceRows,
    ...providerRows,
    ...databaseRows,
    ...serviceRows,
  ],
  docker: dockerRows,
};

async function main(signal) {
  const { values } = parseArgs({
    options: {
      engine: { type: "string", default: "embedded" },
      only: { type: "string", default: "" },
      recorded: { type: "boolean", default: false },
      list: { type: "boolean", default: false },
      calm: { type: "string" },
      json: { type: "string" },
    },
  });
  const { engine } = values;
  const only = new RegExp(values.only);
  if (values.calm !== undefined) return calm(engine, Number(values.calm), signal, say);
  const wanted = values.recorded
    ? []
    : rows[engine].filter(({ name, kind, code }) => only.test(`${kind} ${name} ${code}`));
  if (values.list) return say(wanted.map(({ kind, name, code }) => line([kind, name, code])).join("\n"));
  const injected = await injectAll(wanted, engine, signal);
  const recorded = (await scoreRecorded()).filter(({ name, code }) => only.test(`recorded ${name} ${code}`));
  for (const { kind, name, code, seen, cause } of recorded)
    say(line([kind, name, code, cause ? "cause" : `NOT: ${seen}`]));
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify({ injected, recorded }, null, 2)}\n`);
  say("");
  for (const kind of ["recorded", "source"])
    tell(
      kind,
      recorded.filter((one) => one.kind === kind),
      ["cause"],
    );
  tell("injected", injected, ["cause", "well"]);
}

async function injectAll(wanted, engine, signal) {
  if (wanted.length === 0) return [];
  const lab = await openLab(engine, signal);
  const results = [];
  try {
    await bring(lab);
    for (const row of wanted) {
      signal.throwIfAborted();
      const result = await score(row, lab);
      results.push(result);
      const marks = [
        result.cause
          ? "cause"
          : `NOT: asked ${result.seen}, doctor ${result.doctor.join(" ") || "nothing"}: ${result.words}`,
        result.well ? `well by ${result.by}` : `NOT WELL by ${result.by}: ${result.after}`,
      ];
      say(line([row.kind, row.name, row.code, ...marks]));
    }
  } finally {
    await lab.close();
  }
  return results;
}

const titles = { cause: "causes", well: "fixes" };

/** Says the shares, and fails where one is too small. */
function tell(kind, results, fields) {
  if (results.length === 0) return;
  const shares = fields.map((field) => {
    const part = results.filter((result) => result[field]).length;
    if (part / results.length < enough) process.exitCode = 1;
    return `${titles[field]} ${part} of ${results.length} (${Math.round((100 * part) / results.length)} %)`;
  });
  say([kind.padEnd(9), ...shares].join("  "));
}

function line([kind, name, code, ...marks]) {
  return [kind.padEnd(9), name.padEnd(46), code.padEnd(26), ...marks].join("  ");
}

function say(text) {
  process.stdout.write(`${text}\n`);
}

const interrupt = new AbortController();
for (const name of ["SIGINT", "SIGTERM"]) process.once(name, () => interrupt.abort(new Error("interrupted")));
try {
  await main(interrupt.signal);
} catch (error) {
  process.stderr.write(`doctor:score: ${error.message}\n`);
  process.exitCode = 1;
}
// Whatever a row has left open must not keep others waiting.
process.exit();
