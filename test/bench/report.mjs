import { readFile } from "node:fs/promises";
import { availableParallelism, cpus, loadavg, platform, release, totalmem } from "node:os";
import { join } from "node:path";
import { read, repository } from "./lab.mjs";
import { measurements } from "./scenario.mjs";

/** What the figures were made on. */
export async function facts(lab) {
  const { version } = JSON.parse(await readFile(join(repository, "package.json"), "utf8"));
  const commit = await read("git", ["-C", repository, "describe", "--always", "--dirty"]).catch(() => "no git");
  const engine = await read("docker", ["version", "--format", "{{.Server.Version}}"]);
  const memory = (totalmem() / 2 ** 30).toFixed(0);
  return [
    `goat-dev ${version} (${commit}), node ${process.versions.node}`,
    `docker compose ${await read("docker", ["compose", "version", "--short"])}, engine ${engine}`,
    `${cpus()[0]?.model.trim()}, ${availableParallelism()} cores, ${memory} GB, ${platform()} ${release()}`,
    ...Object.entries(lab.images).map(([name, value]) => `${name}=${value}`),
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
  const names = Object.keys(measurements).filter((name) => tools.some((tool) => samples[tool]?.[name]?.length > 0));
  const rows = names.map((name) => {
    const values = tools.map((tool) => samples[tool]?.[name] ?? []);
    return [measurements[name], ...values.map(cell), ratio(values), values.map((all) => all.length).join("/")];
  });
  return align([["", ...tools, "ratio", "n"], ...rows]);
}

function cell(values) {
  if (values.length === 0) return "-";
  const sorted = [...values].sort((a, b) => a - b);
  return `${seconds(median(sorted))} (${seconds(sorted[0])} to ${seconds(sorted.at(-1))})`;
}

function ratio([own, other]) {
  if (own.length === 0 || other.length === 0) return "-";
  const sorted = [own, other].map((values) => [...values].sort((a, b) => a - b));
  return (median(sorted[0]) / median(sorted[1])).toFixed(2);
}

function median(sorted) {
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

const seconds = (ms) => `${(ms / 1000).toFixed(2)} s`;

function align(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const line = (row) =>
    row.map((text, column) => (column === 0 ? text.padEnd(widths[0]) : text.padStart(widths[column])));
  return rows.map((row) => line(row).join("   ")).join("\n");
}
