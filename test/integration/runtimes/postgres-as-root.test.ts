import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { awkwardFolder, limitMs, localPostgres, machineFor } from "../../support/local-postgres.ts";
import { postgresSuite } from "../../support/local-postgres-suite.ts";

const isRoot = process.getuid?.() === 0;

if (isRoot) {
  postgresSuite("Postgres for root", async () => ({ machine: machineFor(homedir()), ...awkwardFolder() }));
}

describe.skipIf(!isRoot)("Postgres for root, on a disk that is full", () => {
  test("must say which folder needs how much, and leave nothing behind", { timeout: limitMs }, async () => {
    const { folder, remove } = awkwardFolder();
    const disk = join(folder, "disk");
    mkdirSync(disk);
    execFileSync("/bin/mount", ["-t", "tmpfs", "-o", "size=20m,mode=711", "goat-test", disk]);
    onTestFinished(async () => {
      execFileSync("/bin/umount", [disk]);
      await remove();
    });
    const server = await localPostgres(machineFor(homedir()), disk);
    await expect(server.prepare()).rejects.toMatchObject({
      code: "disk-full",
      message: `too little space in ${join(disk, "volumes")}: 114 MB are needed`,
    });
  });
});
