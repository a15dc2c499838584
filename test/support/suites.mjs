// What `npm test` is made of: how a suite is run, and how its result is read.
import { spawn } from "node:child_process";
import { chmod, mkdir, readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const vitest = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "node_modules", "vitest", "vitest.mjs");
const running = new Set();

/** Ends what still runs, as when the whole is interrupted. */
export function stopAll() {
  for (const child of running) child.kill("SIGTERM");
}

/** Runs a program to its end and keeps what it printed; never throws. */
export function runProgram(command, args, env = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
    running.add(child);
    let output = "";
    let stdout = "";
    child.stdout.setEncoding("utf8").on("data", (text) => {
      output += text;
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text) => {
      output += text;
    });
    const end = (status, more = "") => {
      running.delete(child);
      resolve({ ok: status === 0, output: output + more, stdout });
    };
    child.on("error", (error) => end(null, `cannot run ${command}: ${error.message}\n`));
    child.on("close", (status, signal) => end(status, signal === null ? "" : `${command} was ended by ${signal}\n`));
  });
}

/** A script of package.json: it passes or fails as a whole. */
export async function runScript(name) {
  const { ok, output } = await runProgram("npm", ["run", "--silent", name]);
  return { name, output, passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 };
}

/**
 * A vitest project: counted test by test; one that ends without a count, or badly for another reason than a test, has failed, and so
 * has one that leaves temporary files behind.
 */
export async function runProject(name, folder, env = {}) {
  const temp = join(folder, name);
  await mkdir(temp);
  // As /tmp: as root some tests become somebody else.
  await chmod(temp, 0o1777);
  const result = await countedRun(name, folder, { TMPDIR: temp, ...env });
  const left = await readdir(temp);
  if (left.length === 0) return result;
  const output = `${result.output}\nleft behind among the temporary files: ${left.join(", ")}\n`;
  return { ...result, output, failed: result.failed + 1 };
}

async function countedRun(name, folder, env) {
  const report = join(folder, `${name}.json`);
  const reporters = ["--reporter=dot", "--reporter=json", `--outputFile.json=${report}`];
  const { ok, output } = await runProgram(process.execPath, [vitest, "run", "--project", name, ...reporters], {
    NO_COLOR: "1",
    ...env,
  });
  const counts = await readCounts(report);
  if (counts === undefined) return { name, output, passed: 0, failed: 1, skipped: 0 };
  if (!ok && counts.failed === 0) return { name, output, ...counts, failed: 1 };
  return { name, output, ...counts };
}

async function readCounts(report) {
  try {
    const found = JSON.parse(await readFile(report, "utf8"));
    const counts = {
      passed: found.numPassedTests,
      failed: found.numFailedTests,
      skipped: found.numPendingTests + found.numTodoTests,
    };
    return Object.values(counts).every(Number.isInteger) ? counts : undefined;
  } catch {
    return undefined;
  }
}
