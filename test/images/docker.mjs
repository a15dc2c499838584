// The few things the image builder asks of Docker's command line, which finds the engine by DOCKER_HOST or its context.
import { spawn } from "node:child_process";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { caBundle, networkArgs } from "./inputs.mjs";

const shownLines = 40;
let network;

export class BuildError extends Error {}

/** Runs a command to its end; a failure carries the last lines of what it printed. */
export function sh(command, args, { env = process.env, input } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env, stdio: [input ? "pipe" : "ignore", "pipe", "pipe"] });
    if (input) pipeline(input, child.stdin).catch(() => {});
    let printed = "";
    let stdout = "";
    child.stdout.on("data", (chunk) => {
      stdout += chunk;
      printed += chunk;
    });
    child.stderr.on("data", (chunk) => {
      printed += chunk;
    });
    child.on("error", (error) => reject(new BuildError(`cannot run ${command}: ${error.message}`)));
    child.on("close", (status) => {
      if (status === 0) return resolve(stdout);
      const tail = printed.trimEnd().split("\n").slice(-shownLines).join("\n");
      reject(new BuildError(`${command} ${args[0]} ended with status ${status}\n${tail}`));
    });
  });
}

/** Throws unless an engine answers. */
export async function requireEngine() {
  await sh("docker", ["version", "--format", "{{.Server.Version}}"]).catch((error) => {
    throw new BuildError(
      `no Docker engine answers; start one or set DOCKER_HOST, then run this again\n${error.message}`,
    );
  });
}

export async function isPresent(tag) {
  return sh("docker", ["image", "inspect", "--format", "{{.Id}}", tag]).then(
    () => true,
    () => false,
  );
}

/** Builds one image from a copy of `folder`; `stage` adds files to that copy first. */
export async function build({ tag, folder, args = {}, stage = async () => {} }) {
  network ??= networkArgs(process.env);
  const context = await mkdtemp(join(tmpdir(), "goat-test-image-"));
  try {
    await cp(folder, context, { recursive: true });
    await writeFile(join(context, "ca.pem"), await caBundle(process.env));
    await stage(context);
    const values = { ...(await network), ...args, STAGE: tag };
    // A build argument without a value is taken from the environment, so that no index's password shows in a process list.
    const named = Object.keys(values).flatMap((name) => ["--build-arg", name]);
    const proxyIsLocal = /\/\/(localhost|127\.)/u.test(`${values.http_proxy} ${values.https_proxy}`);
    const hostNetwork = proxyIsLocal ? ["--network", "host"] : [];
    await sh("docker", ["build", "--tag", tag, ...hostNetwork, ...named, context], {
      env: { ...process.env, ...values },
    });
    await sh("docker", ["image", "prune", "--force", "--filter", `label=goat-test.stage=${tag}`]);
  } finally {
    await rm(context, { recursive: true, force: true });
  }
}
