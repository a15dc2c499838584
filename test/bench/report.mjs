import { readFile } from "node:fs/promises";
import { availableParallelism, cpus, loadavg, platform, release, totalmem } from "node:os";
import { join } from "node:path";
import { align, cell, median } from "./figures.mjs";
import { read, repository } from "./lab.mjs";
import { measurements } from "./scenario.mjs";

/** What the figures were made on. */
export async function facts() {
  const { version } = JSON.parse(await readFile(join(repository, "package.json"), "utf8"));
  const commit = await read("git", ["-C", repository, "describe", "--always", "--dirty"]).catch(() => "no git");
  const memory = (totalmem() / 2 ** 30).toFixed(0);
  return [
    `goat-dev ${version} (${commit}), node ${process.versions.node}`,
    `${cpus()[0]?.model.trim()}, ${availableParallelism()} cores, ${memory} GB, ${platform()} ${release()}`,
  ];
}

export async function dockerFacts({ images }) {
  const engine = await read("docker", ["version", "--format", "{{.Server.Version}}"]);
  return [
    `docker compose ${await read("docker", ["compose", "version", "--short"])}, engine ${engine}`,
    ...Object.entries(images).map(([name, value]) => `${name}=${value}`),
  ];
}

/** What else the machine did meanwhile: above its cores, figures are too high. */
export function load() {
  return `load average ${loadavg()
    .map((value) => value.toFixed(1))
    .join(" ")}`;
}

/** One row a measurement: median (least to most) of each tool, and how they compare. */
export function table(samples, tools) {
  const names = Object.keys(measurements).filter((name) => tools.some((tool) => samples.of(tool, name).length > 0));
  const rows = names.map((name) => {
    const values = tools.map((tool) => samples.of(tool, name));
    return [
      measurements[name],
      ...values.map((all) => cell(all)),
      ratio(values),
      values.map((all) => all.length).join("/"),
    ];
  });
  return align([["", ...tools, "ratio", "n"], ...rows]);
}

function ratio([own, other]) {
  return own.length === 0 || other.length === 0 ? "-" : (median(own) / median(other)).toFixed(2);
}
