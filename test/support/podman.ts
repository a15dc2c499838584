import { execFile, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { systemClock } from "../../src/platform/clock.ts";
import { copyOfDockersImages, podmanIn } from "./podman-images.ts";

const run = promisify(execFile);

export interface PodmanService extends AsyncDisposable {
  /** As DOCKER_HOST names it. */
  readonly host: string;
}

/** A service of Podman's with a store of its own, and copies of Docker's images; `skip` says why there is none. */
export const startPodman = async (
  dockersImages: readonly string[],
): Promise<PodmanService | { readonly skip: string }> => {
  if (
    await run("podman", ["--version"]).then(
      () => false,
      () => true,
    )
  )
    return { skip: "podman is not installed" };
  const images = await copyOfDockersImages(dockersImages);
  // Podman takes no longer path than 50 characters for what runs.
  const folder = mkdtempSync(join(tmpdir(), "pod-"));
  const socket = join(folder, "podman.sock");
  const env = podmanIn(folder, { images });
  const service = spawn("podman", ["system", "service", "--time=0", `unix://${socket}`], { env, stdio: "ignore" });
  const limit = AbortSignal.timeout(30_000);
  while (!existsSync(socket)) await systemClock.sleep(20, limit);
  return {
    host: `unix://${socket}`,
    [Symbol.asyncDispose]: async () => {
      const ended = once(service, "exit");
      service.kill();
      await ended;
      endWatchers(folder);
      removeStore(folder);
    },
  };
};

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
