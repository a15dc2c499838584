// A Docker engine of this row alone, with a disk and addresses as scarce as the row wants; only root can start one.
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";

export const canStartEngine = process.getuid?.() === 0;

/** `pool(base)`: the only addresses that networks can have, as dockerd takes it; `sizeMb`: of its disk. Has Postgres' image. */
export async function startOwnEngine(lab, { pool, sizeMb }) {
  const bridge = `goat-${process.pid}`;
  const base = join(lab.base, "engine");
  const root = join(base, "root");
  mkdirSync(root, { recursive: true });
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${sizeMb}m`, "tmpfs", root]);
  const socket = join(base, "docker.sock");
  const places = ["--data-root", root, "--exec-root", join(base, "exec"), "--pidfile", join(base, "pid")];
  // Without a bridge of its own it takes away docker0, which is the other engine's.
  const ip = (...args) => execFileSync("ip", args, { stdio: "pipe" });
  const [own, others] = freeRanges();
  ip("link", "add", bridge, "type", "bridge");
  ip("address", "add", `${own}.0.1/24`, "dev", bridge);
  const addresses = ["--default-address-pool", pool(`${others}.0.0`)];
  const network = [`--bridge=${bridge}`, "--iptables=false", "--ip6tables=false", ...addresses];
  const words = ["--host", `unix://${socket}`, ...places, ...network];
  const child = spawn("dockerd", words, { stdio: ["ignore", "ignore", "pipe"] });
  const log = [];
  child.stderr.on("data", (piece) => log.push(piece));
  const ended = new Promise((resolve) => child.once("close", resolve));
  const host = `unix://${socket}`;
  const docker = (...args) => execFileSync("docker", ["--host", host, ...args], { encoding: "utf8", stdio: "pipe" });
  const stop = async () => {
    // Its bridges would stay on this machine.
    for (const name of names(docker, "network", "--filter", "type=custom"))
      quietly(() => docker("network", "rm", name));
    child.kill("SIGTERM");
    await ended;
    ip("link", "delete", bridge);
    execFileSync("umount", ["--lazy", root]);
    rmSync(base, { recursive: true, force: true });
  };
  try {
    await answers(docker, child, () => Buffer.concat(log).toString());
    execFileSync("sh", ["-c", `docker save "$1" | docker --host "$2" load`, "sh", lab.images.POSTGRES_IMAGE, host]);
  } catch (error) {
    await stop();
    throw error;
  }
  return { host, root, docker, stop };
}

/** Two that no other engine's network lies in: "10.213". */
function freeRanges() {
  const taken = execFileSync("ip", ["-4", "address"], { encoding: "utf8" });
  const all = Array.from({ length: 40 }, (_, index) => `10.${213 + index}`);
  return all.filter((range) => !taken.includes(` ${range}.`));
}

function names(docker, kind, ...filter) {
  return quietly(() => docker(kind, "ls", "--quiet", ...filter).split("\n")).filter((name) => name !== "");
}

function quietly(work) {
  try {
    return work();
  } catch {
    return [];
  }
}

async function answers(docker, child, log) {
  for (let tries = 0; tries < 150; tries += 1) {
    if (child.exitCode !== null) throw new Error(`dockerd ended: ${log().slice(-2_000)}`);
    try {
      return docker("version");
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
  throw new Error(`dockerd does not answer: ${log().slice(-2_000)}`);
}
