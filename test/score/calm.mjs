// No false alarm: where all is well, in whatever state, doctor must find nothing and leave nothing open.
import { bring, openLab } from "./lab.mjs";

export async function calm(engine, runs, signal, say) {
  const lab = await openLab(engine, signal);
  const [alarms, times] = [[], []];
  try {
    for (const [state, enter] of states) {
      await enter(lab);
      for (let turn = 0; turn < runs; turn += 1) {
        signal.throwIfAborted();
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
  for (const alarm of alarms) say(`FALSE ALARM  ${alarm}`);
  const [middle, longest] = [times.toSorted((a, b) => a - b)[times.length >> 1], Math.max(...times)];
  const took = `${Math.round(middle)} ms, ${Math.round(longest)} ms at most`;
  say(`calm       ${engine}, ${times.length} runs, ${alarms.length} false alarms; ${took}`);
  if (alarms.length > 0) process.exitCode = 1;
}

const states = [
  ["first start", () => undefined],
  ["up", bring],
  ["down", (lab) => lab.goat(["down"])],
];
