// goat-dev without Docker: its first run beside pip, its later ones beside LiteLLM's own boot.
import { createSamples } from "../figures.mjs";
import { databaseRound } from "./database.mjs";
import { measureFirst } from "./first.mjs";
import { createLocalLab, installedCache } from "./lab.mjs";
import { notes, table } from "./report.mjs";
import { round, warmUp } from "./round.mjs";

const steps = ["cold", "noop", "status", "restart", "down"];

/** Why none of it can run; null where it can. */
export async function localMissing() {
  return process.platform === "win32" ? "plain local processes need Linux or macOS" : null;
}

/** Prints what was measured also when something ends it early. */
export async function benchLocal({ runs, wanted, signal, failures, say }) {
  const samples = createSamples();
  const bench = { wanted, signal, ...failures, note: samples.add };
  try {
    for (let index = 0; wanted.has("local-first") && index < runs; index += 1) {
      process.stderr.write(`round ${index + 1} of ${runs}: first run\n`);
      await failures.attempt("first run", () => measureFirst(bench));
    }
    if ([...wanted].some((name) => name.startsWith("local-") && name !== "local-first")) {
      await failures.attempt("later runs", () => laterRuns(runs, bench));
    }
  } finally {
    say(`\n${table(samples)}\n\n${notes}\n`);
  }
}

async function laterRuns(runs, bench) {
  const lab = await createLocalLab({ cache: await installedCache() });
  try {
    process.stderr.write("installing what is missing\n");
    await warmUp(lab, bench);
    for (let index = 0; index < runs; index += 1) {
      process.stderr.write(`round ${index + 1} of ${runs}: without Docker\n`);
      if (steps.some((name) => bench.wanted.has(`local-${name}`))) {
        await bench.attempt(`round ${index + 1}`, () => round(lab, bench));
      }
      if (bench.wanted.has("local-database")) {
        await bench.attempt(`round ${index + 1}, database`, () => databaseRound(lab, bench));
      }
    }
  } finally {
    await lab.remove();
  }
}
