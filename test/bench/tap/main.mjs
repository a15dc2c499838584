// What the tap adds to a call, and what it holds in memory.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { align, median } from "../figures.mjs";
import { createProject, environmentIn, repository } from "../lab.mjs";
import { ran } from "../measure.mjs";

export const tapMeasurements = ["tap"];

const megabytes = 1024 * 1024;
const shapes = [1, 20, 200].flatMap((atOnce) => [
  { bytes: 200, atOnce, count: 1_000 },
  // So many large ones at once would measure memory, not the way.
  ...(atOnce === 200 ? [] : [{ bytes: 10 * megabytes, atOnce, count: 20 }]),
]);
const total = 20_000;

/** Prints one table: what a call takes straight and through the tap, in one run. */
export async function benchTap({ signal, say }) {
  const here = join(repository, "test", "bench", "tap");
  const server = spawn(process.execPath, [join(here, "server.mjs")], { stdio: ["ignore", "pipe", "inherit"], signal });
  server.on("error", () => undefined);
  try {
    const [line] = await once(server.stdout.setEncoding("utf8"), "data");
    const port = Number(line);
    const project = await createProject({ LITELLM_PORT: port });
    try {
      const plan = JSON.stringify({ direct: `http://127.0.0.1:${port}/v1`, shapes, total });
      const command = [
        join(repository, "bin", "goat-dev.js"),
        "run",
        "--bill",
        "--",
        process.execPath,
        join(here, "load.mjs"),
      ];
      const environment = environmentIn(project.folder, ["PATH", "HOME"]);
      const { stdout } = await ran([process.execPath, [...command, plan]], {
        folder: project.folder,
        environment,
        signal,
      });
      say(`\n${textOf(JSON.parse(stdout))}\n`);
    } finally {
      await rm(project.folder, { recursive: true, force: true });
    }
  } finally {
    server.kill();
  }
}

function textOf({ samples, memory }) {
  const timesOf = (name, { bytes, atOnce }) =>
    samples
      .filter((each) => each.name === name && each.bytes === bytes && each.atOnce === atOnce)
      .flatMap(({ times }) => times)
      .sort((one, other) => one - other);
  const rows = shapes.map((shape) => {
    const [direct, tap] = [timesOf("direct", shape), timesOf("tap", shape)];
    const size = shape.bytes < megabytes ? `${shape.bytes} B` : `${shape.bytes / megabytes} MB`;
    const added = median(tap) - median(direct);
    const figures = [
      median(direct),
      at(direct, 0.99),
      median(tap),
      at(tap, 0.99),
      added,
      at(tap, 0.99) - at(direct, 0.99),
    ];
    return [`${size}, ${shape.atOnce} at once`, ...figures.map((ms) => `${ms.toFixed(2)} ms`), String(tap.length)];
  });
  const head = ["", "direct", "p99", "through the tap", "p99", "added", "at p99", "n"];
  const held = memory.map((bytes) => (bytes === null ? "?" : (bytes / megabytes).toFixed(0)));
  return `${align([head, ...rows])}\n\nmemory of the tap, each ${total / 10} of ${total} calls: ${held.join(" ")} MB`;
}

function at(sorted, share) {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}
