import { readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import type { ContainerRecord } from "../../../../src/engine/processes/records.ts";
import { isRunning, type ProcessIdentity, signalProcess } from "../../../../src/platform/process-identity.ts";
import { limitMs } from "../../../contract/rig.ts";
import { embeddedScene, processOf, recordPath } from "../../../support/embedded.ts";

const stay = "exec sleep 1000";
const signal = (): AbortSignal => AbortSignal.timeout(limitMs);

/** Another run, or another time, could have left this process in the record. */
const changeProcess = (folder: string, container: string, change: Partial<ProcessIdentity>): void => {
  const path = recordPath(folder, container);
  const record: ContainerRecord = JSON.parse(readFileSync(path, "utf8"));
  writeFileSync(path, JSON.stringify({ ...record, process: { ...record.process, ...change } }));
};

describe("a record of a process whose id is another one's now", () => {
  test("must not get that one stopped, killed or measured", async () => {
    const scene = await embeddedScene();
    const container = await scene.run(scene.service("web", stay));
    await scene.run(scene.service("bystander", stay));
    const [own, other] = [await processOf(scene, "web"), await processOf(scene, "bystander")];
    changeProcess(scene.folder, container, { pid: other.pid, startTime: `${Number(other.startTime) - 1}` });
    expect(await scene.observe("web")).toMatchObject({ state: "exited", exitCode: null });
    expect(await scene.engine.memory([container], signal())).toEqual({});
    await scene.stop(container);
    await scene.remove(container);
    expect(await isRunning(other)).toBe(true);
    await signalProcess(own, "SIGKILL");
  });

  test("must count as ended after a reboot, and start again", async () => {
    const scene = await embeddedScene();
    const container = await scene.run(scene.service("web", stay));
    const own = await processOf(scene, "web");
    changeProcess(scene.folder, container, { bootId: "before" });
    expect(await scene.observe("web")).toMatchObject({ state: "exited", exitCode: null });
    await scene.start(container);
    expect((await processOf(scene, "web")).pid).not.toBe(own.pid);
    expect(await isRunning(own)).toBe(true);
    await signalProcess(own, "SIGKILL");
  });
});

describe("a record", () => {
  test("must be readable by its owner alone, for it holds the service's environment", async () => {
    const scene = await embeddedScene();
    const path = recordPath(scene.folder, await scene.create(scene.service("web", stay)));
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(dirname(path)).mode & 0o777).toBe(0o700);
  });

  test.each(["", "{", '{"version":1', "[]", '{"version":2,"stack":"x"}'])(
    "that is damaged must count as none: %j",
    async (text) => {
      const scene = await embeddedScene();
      const web = scene.service("web", stay);
      writeFileSync(recordPath(scene.folder, await scene.create(web)), text);
      expect(await scene.observe("web")).toBeUndefined();
      expect(await scene.engine.portHolder(1, signal())).toBeNull();
      await scene.run(web);
      expect(await scene.observe("web")).toMatchObject({ state: "running" });
    },
  );

  test("must not be seen in files that nobody here wrote", async () => {
    const scene = await embeddedScene();
    const path = recordPath(scene.folder, await scene.create(scene.service("web", stay)));
    const text = readFileSync(path, "utf8");
    for (const name of ["%zz.json", "a b.json", "web.json.bak", ".json"])
      writeFileSync(join(dirname(path), name), text);
    const { services } = await scene.engine.observe({ stack: scene.stack.name, images: [] }, signal());
    expect(services).toHaveLength(1);
  });

  test("that is being written must not be seen", async () => {
    const scene = await embeddedScene();
    const path = recordPath(scene.folder, await scene.create(scene.service("web", stay)));
    writeFileSync(join(dirname(path), ".web.json.0123.tmp"), "{");
    const { services } = await scene.engine.observe({ stack: scene.stack.name, images: [] }, signal());
    expect(services).toHaveLength(1);
  });
});
