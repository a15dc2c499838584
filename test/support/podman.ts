import { execFile, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { systemClock } from "../../src/platform/clock.ts";

const run = promisify(execFile);

/** What a machine without systemd, or inside another container, needs said. */
const settings = `[containers]
default_ulimits = ["nofile=8192:8192", "nproc=8192:8192"]
[engine]
cgroup_manager = "cgroupfs"
[network]
network_backend = "netavark"
`;

export interface PodmanService extends AsyncDisposable {
  readonly host: string;
  /** As Podman calls the image that it took over. */
  readonly image: string;
}

/** A service of Podman's with a store of its own, which Docker's image is copied to; `skip` says why there is none. */
export const startPodman = async (dockerImage: string): Promise<PodmanService | { readonly skip: string }> => {
  if (
    await run("podman", ["--version"]).then(
      () => false,
      () => true,
    )
  )
    return { skip: "podman is not installed" };
  // Podman takes no longer path than 50 characters for what runs.
  const folder = mkdtempSync(join(tmpdir(), "pod-"));
  const [conf, socket] = [join(folder, "containers.conf"), join(folder, "podman.sock")];
  writeFileSync(conf, settings);
  const env = { ...process.env, CONTAINERS_CONF: conf };
  const store = ["--root", join(folder, "store"), "--runroot", join(folder, "run")];
  try {
    await copyImage(dockerImage, store, env);
  } catch (error) {
    removeStore(folder);
    throw error;
  }
  const service = spawn("podman", [...store, "system", "service", "--time=0", `unix://${socket}`], {
    env,
    stdio: "ignore",
  });
  const limit = AbortSignal.timeout(30_000);
  while (!existsSync(socket)) await systemClock.sleep(20, limit);
  return {
    host: `unix://${socket}`,
    image: `localhost/${dockerImage}`,
    [Symbol.asyncDispose]: async () => {
      const ended = once(service, "exit");
      service.kill();
      await ended;
      endWatchers(folder);
      removeStore(folder);
    },
  };
};

async function copyImage(dockerImage: string, store: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  const saving = spawn("docker", ["save", dockerImage], { stdio: ["ignore", "pipe", "ignore"] });
  const loading = spawn("podman", [...store, "load", "--quiet"], { env, stdio: ["pipe", "ignore", "pipe"] });
  const said = text(loading.stderr);
  const loaded = once(loading, "exit");
  // Where Podman ends early, what it said explains more than the broken pipe.
  await pipeline(saving.stdout, loading.stdin).catch(() => undefined);
  const [status] = await loaded;
  if (status !== 0) throw new Error(`podman load: ${await said}`);
}

/** Root's Podman mounts its store over itself, and leaves that where it was killed. */
function removeStore(folder: string): void {
  spawnSync("umount", ["--lazy", join(folder, "store", "overlay")]);
  rmSync(folder, { recursive: true, force: true });
}

/** For five minutes Podman keeps a process for each command that was run in a container. */
function endWatchers(folder: string): void {
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      if (readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(folder)) process.kill(Number(pid), "SIGKILL");
    } catch {
      // It has ended.
    }
  }
}
