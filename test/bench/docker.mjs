// goat-dev beside docker compose, on the same file, in turns.
import { createSamples, median } from "./figures.mjs";
import { createLab, read } from "./lab.mjs";
import { dockerFacts, table } from "./report.mjs";
import { round } from "./scenario.mjs";
import { compose, goatDev } from "./tools.mjs";

/** Why there is nothing to compare; null where Docker answers. */
export async function dockerMissing() {
  try {
    await read("docker", ["version", "--format", "{{.Server.Version}}"]);
    await read("docker", ["compose", "version", "--short"]);
    return null;
  } catch (error) {
    return error.code === "ENOENT" ? "docker is not installed" : "no Docker engine with Compose answers";
  }
}

/** Prints what was measured also when something ends it early. */
export async function benchDocker({ runs, wanted, signal, failures, say, keep }) {
  const lab = await createLab();
  const tools = [goatDev(lab), compose(lab)];
  const samples = createSamples();
  try {
    say((await dockerFacts(lab)).join("\n"));
    for (let index = 0; index < runs; index += 1) {
      for (const tool of tools) {
        const what = `round ${index + 1} of ${runs}: ${tool.name}`;
        process.stderr.write(`${what}\n`);
        const note = (name, value) => samples.add(tool.name, name, value);
        await failures.attempt(what, () => round(tool, lab, { wanted, note, signal }));
      }
    }
  } finally {
    const names = tools.map(({ name }) => name);
    say(`\n${table(samples, names)}\n`);
    say("median (least to most), in turns; ratio below 1: goat-dev is faster. Cold and restart end when");
    say("LiteLLM and Langfuse answer 200 to the same questions from outside; goat-dev's up is --no-example.\n");
    for (const name of wanted) {
      const [own, other] = names.map((tool) => median(samples.of(tool, name)));
      keep(`${name}, by Compose's`, own / other, "");
    }
    await lab.remove();
  }
}
