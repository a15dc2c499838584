// npm run doctor:score [-- --only WORD] [--recorded] [--calm RUNS]: each failure injected for real, its code, its cause, its fix, and well again.
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { openLab } from "./lab.mjs";
import { scoreRecorded } from "./recorded.mjs";
import { configRows } from "./rows/config.mjs";
import { envRows } from "./rows/env.mjs";
import { placeRows } from "./rows/places.mjs";
import { serviceRows } from "./rows/services.mjs";
import { traceRows } from "./rows/traces.mjs";

const enough = 0.95;

const rows = [...envRows, ...placeRows, ...configRows, ...traceRows, ...serviceRows];

async function main(signal) {
  const { values } = parseArgs({
    options: {
      only: { type: "string" },
      recorded: { type: "boolean" },
      calm: { type: "string" },
      json: { type: "string" },
    },
  });
  if (values.calm !== undefined) return calm(Number(values.calm), signal);
  const wanted = rows.filter(
    ({ name, kind, code }) => values.only === undefined || `${kind} ${name} ${code}`.includes(values.only),
  );
  const recorded = await scoreRecorded();
  const injected = values.recorded ? [] : await injectAll(wanted, signal);
  for (const { name, code, seen, cause } of recorded)
    say(line(["recorded", name, code, cause ? "cause" : `NOT: ${seen}`]));
  const told = recorded.filter(({ cause }) => cause).length;
  say(`\nrecorded   causes ${share(told, recorded.length)}`);
  if (injected.length > 0) {
    say(
      `injected   causes ${share(count(injected, "cause"), injected.length)}   fixes ${share(count(injected, "well"), injected.length)}`,
    );
  }
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify({ injected, recorded }, null, 2)}\n`);
  const isEnough = [
    told / recorded.length,
    ...["cause", "well"].map((field) => (injected.length === 0 ? 1 : count(injected, field) / injected.length)),
  ];
  if (isEnough.some((part) => part < enough)) process.exitCode = 1;
}

async function injectAll(wanted, signal) {
  if (wanted.length === 0) return [];
  const lab = await openLab(signal);
  const results = [];
  try {
    await bring(lab);
    for (const row of wanted) {
      signal.throwIfAborted();
      const result = await score(row, lab);
      results.push(result);
      const marks = [
        result.cause ? "cause" : `NOT: up ${result.seen}, doctor ${result.doctor.join(" ") || "nothing"}`,
        result.well ? `well by ${result.by}` : `NOT WELL: ${result.after}`,
      ];
      say(line([row.kind, row.name, row.code, ...marks]));
    }
  } finally {
    await lab.close();
  }
  return results;
}

/** No false alarm: a stack that is well, up and down, must have no problem and nothing left open. */
async function calm(runs, signal) {
  const lab = await openLab(signal);
  const [alarms, times] = [[], []];
  try {
    for (const state of ["first start", "up", "down"]) {
      if (state === "up") await bring(lab);
      if (state === "down") await lab.goat(["down"]);
      for (let turn = 0; turn < runs; turn += 1) {
        const begin = performance.now();
        const { json, exitCode } = await lab.goat(["doctor", "--json"]);
        times.push(performance.now() - begin);
        const found = (json?.checks ?? []).filter(({ verdict }) => verdict === "problem" || verdict === "warning");
        const isCalm = exitCode === 0 && json?.ok && json.complete && found.length === 0;
        if (!isCalm) alarms.push(`${state}: ${found.map(({ text }) => text).join("; ") || exitCode}`);
      }
    }
  } finally {
    await lab.close();
  }
  const [middle, longest] = [times.toSorted((a, b) => a - b)[times.length >> 1], Math.max(...times)];
  for (const alarm of alarms) say(`FALSE ALARM  ${alarm}`);
  say(
    `calm       ${times.length} runs, ${alarms.length} false alarms; ${Math.round(middle)} ms, ${Math.round(longest)} ms at most`,
  );
  if (alarms.length > 0) process.exitCode = 1;
}

async function bring(lab) {
  const up = await lab.goat(["up", "--json", "--no-example"]);
  if (up.exitCode !== 0) throw new Error(`the lab is not well: ${up.stdout}${up.stderr}`);
}

/** One failure from injection to well again; what it left behind is taken away, so that the next begins from a stack that is well. */
async function score(row, lab) {
  const undo = (await row.inject(lab)) ?? (() => undefined);
  const more = { env: row.env };
  try {
    const asked = await lab.goat(row.ask ?? ["up", "--json", "--no-example"], more);
    const error = asked.json?.error ?? null;
    const doctor = await lab.goat(["doctor", "--json"], more);
    const found = (doctor.json?.checks ?? []).filter(({ verdict }) => verdict === "problem" || verdict === "warning");
    const codes = found.flatMap(({ code }) => code ?? []);
    const isSeen = row.only === "doctor" || error?.code === row.code;
    const isFound = row.only === "up" || codes.includes(row.code);
    const told = error ?? found.find(({ code }) => code === row.code) ?? null;
    const words = told === null ? "" : [told.message ?? told.text, ...(told.evidence ?? [])].join("\n");
    const cause = isSeen && isFound && (row.says ?? /./).test(words);
    const by = await applyFix(row, told, lab);
    const after = await lab.goat(row.after ?? ["up", "--json", "--no-example"], { env: row.envAfter });
    return {
      name: row.name,
      kind: row.kind,
      code: row.code,
      seen: error?.code ?? null,
      doctor: codes,
      cause,
      by,
      well: by !== null && after.exitCode === 0,
      after: after.json?.error?.message ?? after.exitCode,
    };
  } finally {
    await undo();
    lab.restore();
    await lab.goat(["up", "--json", "--no-example"]);
  }
}

/** As printed, where it can be typed; by hand, as it says, where somebody has to edit. Null where it says nothing of use. */
async function applyFix(row, told, lab) {
  const command = told?.fixes?.[row.which ?? 0]?.command;
  if (command === undefined) return null;
  if (row.byHand !== undefined) {
    await row.byHand(lab, told);
    return "hand";
  }
  const done = await lab.shell(row.typed?.(command) ?? command, { input: row.input, env: row.envAfter });
  return done.exitCode === 0 ? "command" : null;
}

function count(results, field) {
  return results.filter((result) => result[field]).length;
}

function share(part, all) {
  return `${part} of ${all} (${all === 0 ? 0 : Math.round((100 * part) / all)} %)`;
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
