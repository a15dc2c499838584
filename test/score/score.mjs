// One failure from injection to well again; what it left behind is taken away, so that the next begins from a stack that is well.

const up = ["up", "--json", "--no-example"];

/**
 * A row: `inject(lab)`, which may return what undoes it; `ask`, the command that meets the failure; `code` that it and
 * `doctor` must tell (`only`: "asked" or "doctor"), "warning" for one of doctor's warnings, "none" for nothing at all;
 * `says`, what the words must name; `byHand`, what somebody does who follows the printed fix where it cannot be typed;
 * `after`, what shows that all is well again. `env`, `prefix`, `cwd`, `node`: what the commands run with, and with `…After` once
 * the fix is applied.
 */
export async function score(row, lab) {
  let undo = () => undefined;
  try {
    undo = (await row.inject(lab, row)) ?? undo;
    const more = surroundings(row);
    const asked = await lab.goat(row.ask ?? up, more);
    const error = asked.json?.error ?? failureIn(asked.json);
    const doctor = await lab.goat(["doctor", "--json"], more);
    const found = (doctor.json?.checks ?? []).filter(({ verdict }) => verdict === "problem" || verdict === "warning");
    const codes = found.map(({ code }) => code ?? "warning");
    const told = toldBy(row, error, found);
    const { by, said } = row.code === "none" ? { by: "itself" } : await applyFix(row, told, lab);
    const after = await lab.goat(row.after ?? up, surroundingsAfter(row));
    return {
      name: row.name,
      kind: row.kind,
      code: row.code,
      seen: error?.code ?? null,
      doctor: codes,
      cause: isRight(row, error, codes) && (row.says ?? /^/).test(wordsOf(told)),
      words: wordsOf(told),
      by,
      well: by !== null && after.exitCode === 0,
      after: [said, after.json?.error?.message ?? after.exitCode]
        .filter((words) => words !== undefined)
        .join("; then "),
    };
  } catch (error) {
    const { name, kind, code } = row;
    const words = `${error.message}`;
    return { name, kind, code, seen: null, doctor: [], cause: false, words, by: null, well: false, after: null };
  } finally {
    await undo();
    lab.restore();
    await lab.goat(up);
  }
}

function surroundings({ env, prefix, cwd, node, program }) {
  return { env, prefix, cwd, node, program };
}

function surroundingsAfter({ envAfter: env, prefixAfter: prefix, cwd }) {
  return { env, prefix, cwd };
}

/** Of a status: why a service is not well. */
function failureIn(json) {
  return json?.services?.find(({ failure }) => failure !== null)?.failure ?? null;
}

function toldBy({ code }, error, found) {
  return (error?.code === code ? error : null) ?? found.find((one) => (one.code ?? "warning") === code) ?? error;
}

function isRight({ code, only }, error, codes) {
  if (code === "none") return error === null && codes.length === 0;
  const isSeen = only === "doctor" || error?.code === code;
  const isFound = only === "asked" || codes.includes(code);
  return isSeen && isFound;
}

function wordsOf(told) {
  return told === null ? "" : [told.message ?? told.text, ...(told.evidence ?? [])].join("\n");
}

/** As printed, where it can be typed; by hand, as it says, where somebody has to edit. `by` is null where that mends nothing. */
async function applyFix(row, told, lab) {
  const fixes = told?.fixes ?? [];
  const which = typeof row.which === "function" ? row.which(fixes) : (row.which ?? 0);
  const command = fixes[which]?.command ?? /chmod \S+ \S+$/.exec(told?.text ?? "")?.[0];
  if (row.byHand !== undefined) {
    if (command === undefined && row.code !== "warning") return { by: null };
    await row.byHand(lab, told, row);
    return { by: "hand" };
  }
  if (command === undefined) return { by: null };
  const line = row.typed?.(command) ?? command;
  const done = await lab.shell(line, { ...surroundingsAfter(row), input: row.input });
  const isDone = done.exitCode === 0;
  return isDone
    ? { by: "command" }
    : { by: null, said: `${line} ends with ${done.exitCode}: ${done.stderr.slice(-600)}` };
}
