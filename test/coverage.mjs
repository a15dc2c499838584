// `npm run coverage`: which lines of src the tests run that need no engine, folder by folder. With folders (`-- src/stack`), those file by
// file, with the lines that nothing ran. What else is given goes to vitest, such as `-- src/stack test/unit/stack`.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const isFolder = (argument) => /^src(\/|$)/.test(argument);
const folders = process.argv.slice(2).filter(isFolder);
const rest = process.argv.slice(2).filter((argument) => !isFolder(argument));

const projects = ["unit", "integration", "contract"].flatMap((name) => ["--project", name]);
const includes = (folders.length > 0 ? folders : ["src"]).map(
  (folder) => `--coverage.include=${folder.replace(/\/$/, "")}${folder.endsWith(".ts") ? "" : "/**/*.ts"}`,
);
const reporters = ["html", "json-summary", ...(folders.length > 0 ? ["text"] : [])];
const vitest = [
  join(root, "node_modules/vitest/vitest.mjs"),
  "run",
  "--reporter=dot",
  // Counting slows property tests down.
  "--test-timeout=120000",
  "--coverage.enabled",
  "--coverage.reportOnFailure",
  ...projects,
  ...includes,
  ...reporters.map((reporter) => `--coverage.reporter=${reporter}`),
  ...rest,
];

// A socket that is not there: what needs a real engine is left out.
const env = { ...process.env, DOCKER_HOST: "unix:///nonexistent/docker.sock" };
const { status } = spawnSync(process.execPath, vitest, { cwd: root, stdio: "inherit", env });
if (folders.length === 0) process.stdout.write(`\n${table(byFolder(readSummary()))}\n`);
process.stdout.write("line by line: coverage/index.html\n");
process.exitCode = status ?? 1;

function readSummary() {
  return JSON.parse(readFileSync(join(root, "coverage/coverage-summary.json"), "utf8"));
}

/** Sums by the folder below src, the least covered first, and the whole at the end. */
function byFolder({ total, ...files }) {
  const sums = new Map();
  for (const [path, counts] of Object.entries(files)) {
    const folder = dirname(relative(root, path));
    sums.set(folder, add(sums.get(folder), counts));
  }
  const rows = [...sums].sort(([, left], [, right]) => share(left.lines) - share(right.lines));
  return [...rows, ["all", total]];
}

function add(sum, counts) {
  const both = (kind) => ({
    total: (sum?.[kind].total ?? 0) + counts[kind].total,
    covered: (sum?.[kind].covered ?? 0) + counts[kind].covered,
  });
  return { lines: both("lines"), branches: both("branches") };
}

function share({ total, covered }) {
  return total === 0 ? 1 : covered / total;
}

function table(rows) {
  const percent = (count) => `${(share(count) * 100).toFixed(1)} %`.padStart(8);
  const lines = rows.map(([folder, { lines, branches }]) => {
    const missed = String(lines.total - lines.covered).padStart(9);
    return `${folder.padEnd(32)}  ${percent(lines)}  ${missed}  ${percent(branches)}`;
  });
  return ["FOLDER                               LINES  NOT RUN  BRANCHES", ...lines].join("\n");
}
