import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { familyOf } from "../../../../src/platform/process-identity.ts";
import { io, newStack, toService } from "../../../contract/rig.ts";
import { canMount, mountDisk } from "../../../support/disk.ts";
import { embeddedIn, embeddedScene, processOf } from "../../../support/embedded.ts";
import { tempFolder } from "../../../support/temp.ts";

const stay = "exec sleep 1000";

const create = (folder: string, name = "web") => {
  const stack = newStack();
  const container = `${stack.name}-${name}-1`;
  const service = toService("command (local)", name, stay);
  return embeddedIn(folder).apply({ type: "create-container", stack, service, container, fingerprint: {} }, io());
};

describe("a state folder", () => {
  test("that cannot be written must be named, and observing must still work", async () => {
    const folder = tempFolder();
    mkdirSync(join(folder, ".goat-dev"));
    writeFileSync(join(folder, ".goat-dev", "embedded"), "in the way");
    await expect(create(folder)).rejects.toMatchObject({
      code: "file-unwritable",
      message: expect.stringContaining(".goat-dev"),
    });
  });

  test.skipIf(!canMount)("on a read-only disk must be named, and what is there be observed", async () => {
    const folder = mountDisk(tempFolder(), "ro,size=64k");
    await expect(create(folder)).rejects.toMatchObject({
      code: "file-unwritable",
      message: expect.stringContaining("EROFS"),
    });
    const observed = await embeddedIn(folder).observe({ stack: "shop", images: [] }, io().signal);
    expect(observed).toMatchObject({ services: [], volumes: [] });
  });

  test.skipIf(!canMount)("on a full disk must be told from one that nobody may write", async () => {
    const folder = mountDisk(tempFolder(), "size=16k");
    mkdirSync(join(folder, ".goat-dev"));
    expect(() => writeFileSync(join(folder, "ballast"), "x".repeat(100_000))).toThrow("ENOSPC");
    await expect(create(folder)).rejects.toMatchObject({ code: "disk-full" });
  });

  test.skipIf(!canMount)("that is full at a start must leave no process that nobody knows of", async () => {
    const folder = mountDisk(tempFolder(), "size=256k");
    const scene = await embeddedScene(folder);
    const container = await scene.run(scene.service("web", stay));
    const first = await processOf(scene, "web");
    await scene.stop(container);
    expect(() => writeFileSync(join(folder, "ballast"), "x".repeat(1_000_000))).toThrow("ENOSPC");
    await expect(scene.start(container)).rejects.toMatchObject({ code: "disk-full" });
    expect(await scene.observe("web")).toMatchObject({ state: "exited" });
    expect(await familyOf(first)).toEqual([]);
    expect(spawnSync("fuser", ["-m", folder], { encoding: "utf8" }).stdout ?? "").toBe("");
    spawnSync("rm", [join(folder, "ballast")]);
  });
});
