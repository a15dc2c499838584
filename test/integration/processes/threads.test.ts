import { readFileSync } from "node:fs";
import { expect, test, vi } from "vitest";
import type { ServiceSpec } from "../../../src/model/stack.ts";
import { limitMs, type Scene } from "../../contract/rig.ts";
import { embeddedScene, processOf } from "../../support/embedded.ts";
import { freePorts, isPortFree } from "../../support/ports.ts";

/** Its first thread ends at once, and a second one goes on with the port: as when a large program is killed, but for as long as the test takes. */
const program = `
import ctypes, socket, sys, threading, time
listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
threading.Thread(target=time.sleep, args=(1000,)).start()
ctypes.CDLL(None).pthread_exit(None)
`;

const listening = async (scene: Scene): Promise<{ readonly service: ServiceSpec; readonly port: number }> => {
  const [port = 0] = await freePorts(1);
  const base = scene.service("web", "", {
    ports: [{ hostIp: "127.0.0.1", host: port, container: port, protocol: "tcp" }],
  });
  const command = ["python3", "-c", program, String(port)];
  return { port, service: { ...base, run: { ...base.run, embedded: { recipe: "command", command } } } };
};

const untilFirstThreadEnded = async (scene: Scene, port: number): Promise<void> => {
  const { pid } = await processOf(scene, "web");
  const state = (): string => readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.[0] ?? "";
  await vi.waitFor(() => expect(state()).toBe("Z"), limitMs);
  expect(await isPortFree(port)).toBe(false);
};

test("a service must count as running until its last thread has ended", async () => {
  const scene = await embeddedScene();
  const { service, port } = await listening(scene);
  await scene.run(service);
  await untilFirstThreadEnded(scene, port);
  expect(await scene.observe("web")).toMatchObject({ state: "running" });
});

test("a service of many threads must be made anew on the port of the one that was stopped for it", async () => {
  const scene = await embeddedScene();
  const { service, port } = await listening(scene);
  const old = await scene.run(service);
  await untilFirstThreadEnded(scene, port);
  const next = await scene.create(service, { container: `${old}-next`, replaces: old });
  await scene.stop(old);
  await scene.start(next);
  await scene.remove(old);
  expect(await scene.observe("web")).toMatchObject({ container: next, state: "running" });
});
