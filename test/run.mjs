// `npm test`: everything that this machine can run. The last line is the sum, "N passed, N failed, N skipped"; what had to be left out
// is said before it. With GOAT_DEV_REQUIRE_ENGINES=1 a missing engine is a failure.
import { existsSync } from "node:fs";
import { chmod, mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { runProgram, runProject, runScript, stopAll } from "./support/suites.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const checks = ["check:types", "check:style", "check:unused", "check:architecture"];
const isRequired = process.env.GOAT_DEV_REQUIRE_ENGINES === "1";
const results = [];
const leftOut = [];

process.chdir(root);
for (const [signal, status] of Object.entries({ SIGINT: 130, SIGTERM: 143 })) {
  process.on(signal, () => {
    stopAll();
    process.exit(status);
  });
}

function say(text) {
  process.stdout.write(`${text}\n`);
}

/** Runs a suite and tells its result at once; of a failed one, everything it printed. */
async function tell(suite) {
  const begin = performance.now();
  const result = await suite;
  results.push(result);
  const counts = [
    `${result.passed} passed`,
    ...(result.failed > 0 ? [`${result.failed} failed`] : []),
    ...(result.skipped > 0 ? [`${result.skipped} skipped`] : []),
  ];
  const seconds = ((performance.now() - begin) / 1000).toFixed(1);
  const line = `${result.failed > 0 ? "✖" : "✔"} ${result.name.padEnd(18)}  ${counts.join(", ")} (${seconds} s)`;
  say(result.failed > 0 ? `${line}\n\n${indent(result.output)}\n` : line);
}

function indent(text) {
  return text.trimEnd().replace(/^(?=.)/gmu, "    ");
}

async function newestIn(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const times = await Promise.all(files.map(async (file) => (await stat(join(file.parentPath, file.name))).mtimeMs));
  return Math.max(0, ...times);
}

async function isBuilt() {
  return existsSync("dist/main.js") && (await newestIn("dist")) >= (await newestIn("src"));
}

/** Why nothing that needs a real engine can run; null where it can. */
async function findEngine() {
  const asked = await runProgram("docker", ["version", "--format", "{{.Server.Version}}"]);
  if (!asked.ok) return asked.output.includes("ENOENT") ? "docker is not installed" : lastLine(asked.output);
  say(`Docker Engine ${asked.stdout.trim()}`);
  const images = await runProgram(process.execPath, ["test/images/build.mjs"]);
  if (images.ok) return null;
  say(indent(images.output));
  return "the test images cannot be built (see above)";
}

function lastLine(text) {
  return text.trim().split("\n").at(-1) ?? "";
}

async function quickSuites(folder) {
  await Promise.all(checks.map((name) => tell(runScript(name))));
  for (const name of ["unit", "integration"]) await tell(runProject(name, folder));
  const asked = await runProgram("docker", ["compose", "version"]);
  if (asked.ok || isRequired) await tell(runProject("differential", folder));
  else leftOut.push("differential: docker compose is not installed");
}

async function engineSuites(folder, missing) {
  const env = missing === null ? {} : { GOAT_DEV_TEST_LEFT_OUT: missing };
  const inTurn = async (...names) => {
    for (const name of names) await tell(runProject(name, folder, ["e2e", "podman"].includes(name) ? env : {}));
  };
  // Of about one length, and Podman's contract over before its main job begins.
  await Promise.all([inTurn("contract", "e2e"), inTurn("embedded", "prisma", "modal", "podman")]);
  if (missing !== null && !isRequired) leftOut.push(`e2e, contract on a real engine: ${missing}`);
}

// Short, since paths of sockets below it are limited; open to all, as temporary files are.
const folder = await mkdtemp(join(tmpdir(), "goat-"));
await chmod(folder, 0o755);
try {
  if (!(await isBuilt())) await tell(runScript("build"));
  const [missing] = await Promise.all([findEngine(), quickSuites(folder)]);
  await engineSuites(folder, missing);
} catch (error) {
  results.push({ name: "test/run.mjs", passed: 0, failed: 1, skipped: 0 });
  say(error.stack);
} finally {
  await rm(folder, { recursive: true, force: true });
}

const sum = (key) => results.reduce((total, result) => total + result[key], 0);
const failed = results.filter((result) => result.failed > 0).map((result) => result.name);
if (failed.length > 0) say(`\nfailed: ${failed.join(", ")}`);
for (const line of leftOut) say(`left out: ${line}`);
process.exitCode = failed.length > 0 ? 1 : 0;
say(`${sum("passed")} passed, ${sum("failed")} failed, ${sum("skipped")} skipped`);
