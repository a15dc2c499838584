// The Debian that every test image stands on: made here by debootstrap, because no image can be pulled where these tests run.
import { spawn } from "node:child_process";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BuildError, sh } from "./docker.mjs";
import { debianMirror, networkArgs } from "./inputs.mjs";

const suite = "bookworm";
const unneeded = ["var/lib/apt/lists/*", "var/cache/apt/*", "var/cache/debconf/*-old", "var/log/*", "usr/share/doc/*"];

/** Makes the base image under `tag`. Needs debootstrap, and root or sudo without a password. */
export async function buildBase(tag) {
  await requireDebootstrap();
  const folder = await mkdtemp(join(tmpdir(), "goat-test-base-"));
  const root = join(folder, "root");
  const mirror = await debianMirror();
  try {
    const env = { ...process.env, ...(await networkArgs(process.env)) };
    await asRoot("debootstrap", ["--variant=minbase", suite, root, ...(mirror ? [mirror] : [])], env);
    await asRoot("chmod", ["755", root], env);
    await importFolder(root, tag);
  } finally {
    await asRoot("rm", ["-rf", "--one-file-system", folder], process.env);
  }
}

async function requireDebootstrap() {
  await sh("sh", ["-c", "PATH=$PATH:/usr/sbin command -v debootstrap"]).catch(() => {
    throw new BuildError(
      "debootstrap is not installed, and the base image is made with it: apt-get install debootstrap",
    );
  });
}

function rootCommand(command, args) {
  return process.getuid() === 0 ? [command, args] : ["sudo", ["-n", "--preserve-env", command, ...args]];
}

function asRoot(command, args, env) {
  const path = `${process.env.PATH}:/usr/sbin:/sbin`;
  return sh(...rootCommand(command, args), { env: { ...env, PATH: path } });
}

async function importFolder(root, tag) {
  const excluded = unneeded.map((path) => `--exclude=./${path}`);
  const packing = ["--create", "--numeric-owner", ...excluded, "--directory", root, "."];
  const tar = spawn(...rootCommand("tar", packing), { stdio: ["ignore", "pipe", "inherit"] });
  const packed = new Promise((resolve, reject) => {
    tar.on("error", reject);
    tar.on("close", (status) => (status === 0 ? resolve() : reject(new BuildError(`tar ended with status ${status}`))));
  });
  const changes = ["ENV LANG=C.UTF-8", 'CMD ["sh"]'].flatMap((change) => ["--change", change]);
  await Promise.all([packed, sh("docker", ["import", ...changes, "-", tag], { input: tar.stdout })]);
}
