// The first run of all, with empty caches, and pip with the same lock.
import { readdir, realpath } from "node:fs/promises";
import { join } from "node:path";
import { read, repository } from "../lab.mjs";
import { ran, timed, timedUntilReady } from "../measure.mjs";
import { readEvents, tookOf } from "./events.mjs";
import { createLocalLab } from "./lab.mjs";

/** One of each, in turn. */
export async function measureFirst({ attempt, note, signal }) {
  const lab = await createLocalLab();
  const run = { folder: lab.folder, environment: lab.environment, signal };
  if (!lab.isWhole)
    process.stderr.write("mounting is not allowed here: Postgres's programs may be installed already\n");
  try {
    await settled(signal);
    await attempt("first run: up", async () => {
      const up = lab.goatDev("up", "--no-example", "--json-stream");
      const { stdout, readyMs } = await timedUntilReady(up, lab.services, run);
      const installMs = tookOf(readEvents(stdout), "images");
      if (installMs === undefined) throw new Error("nothing was installed");
      note("goat-dev", "install", installMs);
      note("goat-dev", "first", readyMs);
    });
    await attempt("first run: down", () => lab.clean(signal));
    await settled(signal);
    await attempt("first run: pip", async () => note("pip", "install", await pipInstall(lab, run)));
  } finally {
    await lab.remove();
  }
}

/** What one has written must not be carried to the disk while the other is measured. */
const settled = (signal) => read("sync", [], { signal }).catch(() => signal.throwIfAborted());

/** With the Python that goat-dev took. */
async function pipInstall({ folder, environment }, run) {
  const venv = join(folder, "pip");
  const lock = join(repository, "python", "litellm.lock");
  const python = await pythonUsed(environment.XDG_CACHE_HOME);
  const made = await timed([python, ["-m", "venv", venv]], run);
  const args = ["install", "--quiet", "--no-cache-dir", "--require-hashes", "--only-binary", ":all:", "-r", lock];
  const { tookMs } = await ran([join(venv, "bin", "python"), ["-m", "pip", ...args]], run);
  return made + tookMs;
}

async function pythonUsed(cache) {
  const base = join(cache, "goat-dev");
  const name = (await readdir(base).catch(() => [])).find((one) => one.startsWith("litellm-")) ?? "";
  return realpath(join(base, name, "venv", "bin", "python")).catch(() => "python3");
}
