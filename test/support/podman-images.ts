import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { makeTestCache } from "./test-cache.ts";

/** What a machine without systemd, or inside another container, needs said; and a file of events that is full again and again. */
const settings = (folder: string): string => `[containers]
default_ulimits = ["nofile=8192:8192", "nproc=8192:8192"]
[engine]
cgroup_manager = "cgroupfs"
events_logfile_max_size = "32k"
tmp_dir = "${join(folder, "tmp")}"
[network]
network_backend = "netavark"
`;

/** The environment in which Podman keeps all that is its own in a folder; images are read from another store as well. */
export const podmanIn = (folder: string, { images }: { readonly images?: string } = {}): NodeJS.ProcessEnv => {
  const [conf, storage] = [join(folder, "containers.conf"), join(folder, "storage.conf")];
  const places = { driver: "overlay", graphroot: join(folder, "store"), runroot: join(folder, "run") };
  const lines = Object.entries(places).map(([name, value]) => `${name} = "${value}"`);
  const more = images === undefined ? [] : ["[storage.options]", `additionalimagestores = ["${images}"]`];
  writeFileSync(conf, settings(folder));
  writeFileSync(storage, ["[storage]", ...lines, ...more, ""].join("\n"));
  return { ...process.env, CONTAINERS_CONF: conf, CONTAINERS_STORAGE_CONF: storage };
};

/**
 * A store of Podman's that has copies of Docker's images, for others to read from. An image is known by its name, which says its content,
 * and is copied once on a machine.
 */
export const copyOfDockersImages = async (images: readonly string[]): Promise<string> => {
  // Short, for what Podman keeps below it.
  const folder = join(makeTestCache(), "pod");
  mkdirSync(folder, { recursive: true });
  const env = podmanIn(folder);
  const missing: string[] = [];
  for (const image of images) if (!(await isThere(image, env))) missing.push(image);
  if (missing.length > 0) await copy(missing, env);
  return join(folder, "store");
};

function isThere(image: string, env: NodeJS.ProcessEnv): Promise<boolean> {
  return promisify(execFile)("podman", ["image", "exists", image], { env }).then(
    () => true,
    () => false,
  );
}

async function copy(images: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  const saving = spawn("docker", ["save", ...images], { stdio: ["ignore", "pipe", "ignore"] });
  const loading = spawn("podman", ["load", "--quiet"], { env, stdio: ["pipe", "ignore", "pipe"] });
  const said = text(loading.stderr);
  const loaded = once(loading, "exit");
  // Where Podman ends early, what it said explains more than the broken pipe.
  await pipeline(saving.stdout, loading.stdin).catch(() => saving.kill());
  const [status] = await loaded;
  if (status !== 0) throw new Error(`podman load: ${await said}`);
}
