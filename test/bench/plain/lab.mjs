// Projects of plain services of the base image, which are there in a moment: what is measured is the tool, not what it starts.
import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { environmentIn, read, repository } from "../lab.mjs";

export async function createPlainLab(commands) {
  const builder = join(repository, "test", "images", "build.mjs");
  const image = (await read(process.execPath, [builder, "--only", "base"])).replace("BASE_IMAGE=", "");
  const folder = await mkdtemp(join(tmpdir(), "goat-bench-"));
  const services = Object.entries(commands).map(([name, script]) => [
    name,
    { image, init: true, command: ["sh", "-c", script], "x-goat": { ready: { running: "50ms" } } },
  ]);
  await mkdir(join(folder, "dev"));
  await writeFile(join(folder, "dev", "docker-compose.yml"), stringify({ services: Object.fromEntries(services) }));
  await writeFile(join(folder, ".env"), "");
  return {
    folder,
    project: `goat-bench-${randomBytes(3).toString("hex")}`,
    environment: environmentIn(folder, ["PATH", "HOME", /^DOCKER_/]),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
