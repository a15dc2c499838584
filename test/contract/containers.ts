import { createServer } from "node:net";
import { describe, expect, test, vi } from "vitest";
import type { Engine } from "../../src/engine/engine.ts";
import { type Harness, io, limitMs } from "./rig.ts";
import { useRig } from "./scenes.ts";

const stay = "exec sleep 1000";
const signal = (): AbortSignal => AbortSignal.timeout(limitMs);

export const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });

const onPort = (host: number | null) => ({
  ports: [{ hostIp: "127.0.0.1", host, container: 80, protocol: "tcp" as const }],
});

export const containerContract = (harness: Harness): void => {
  const { rig, scene } = useRig(harness);

  describe("observe", () => {
    test("must say nothing of a stack that is not there", async () => {
      const stack = await rig().engine.observe({ stack: "goat-contract-none", images: [] }, signal());
      expect(stack).toEqual({ name: "goat-contract-none", services: [], networks: [], volumes: [], images: {} });
    });

    test("must name a stack among all as long as a container or a volume of it is there", async () => {
      const { create, service, apply, engine, stack } = await scene();
      const isNamed = async (): Promise<boolean> => (await engine.stacks(signal())).includes(stack.name);
      expect(await isNamed()).toBe(false);
      const container = await create(service("web", stay));
      expect(await isNamed()).toBe(true);
      await apply({ type: "remove-container", container, anonymousVolumes: true });
      expect(await isNamed()).toBe(false);
      const volume = { key: "data", name: `${stack.name}_data`, external: false, driverOptions: {}, labels: {} };
      await apply({ type: "create-volume", stack, volume });
      expect(await isNamed()).toBe(true);
      await apply({ type: "remove-volume", volume: volume.name });
      expect(await isNamed()).toBe(false);
    });

    test("must tell present images from absent ones", async () => {
      const { images } = await rig().engine.observe(
        { stack: "x", images: [rig().image, "goat-test/none:1"] },
        signal(),
      );
      expect(images).toEqual({ [rig().image]: expect.any(String), "goat-test/none:1": null });
    });

    test("must give back the fingerprint and the files that a container was made with", async () => {
      const { create, service, engine, stack } = await scene();
      const files = [{ path: "dev/a.yaml", source: "/tmp/a.yaml", target: "/a.yaml", hash: "h1" }];
      const container = await create(service("web", stay, { files, ...onPort(18_080) }));
      const { services, images } = await engine.observe({ stack: stack.name, images: [rig().image] }, signal());
      expect(services).toEqual([
        expect.objectContaining({
          name: "web",
          container,
          state: "created",
          health: "none",
          exitCode: null,
          startedAt: null,
          startError: null,
          restartCount: 0,
          oneOff: false,
          origin: { folder: "/tmp", file: "/tmp/docker-compose.yml" },
          image: rig().image,
          imageId: images[rig().image],
          fingerprint: { image: "i1", environment: "e1" },
          files: { "dev/a.yaml": "h1" },
          networks: [`${stack.name}_default`],
          ports: onPort(18_080).ports,
        }),
      ]);
    });

    test("must report a service that exited, with its code", async () => {
      const { run, service, observe } = await scene();
      await run(service("job", "echo done; exit 3"));
      await vi.waitFor(async () => {
        expect(await observe("job")).toMatchObject({ state: "exited", exitCode: 3, oomKilled: false });
      }, limitMs);
    });

    if (harness.restarts) {
      test("must count the restarts of a service that keeps exiting", async () => {
        const { run, service, observe } = await scene();
        await run(service("loop", "exit 4", { docker: { restart: { name: "always" } } }));
        await vi.waitFor(async () => expect((await observe("loop"))?.restartCount).toBeGreaterThan(0), limitMs);
      });
    } else {
      test("must leave a service ended that exits, whatever its restart policy", async () => {
        const { run, service, observe } = await scene();
        await run(service("loop", "exit 4", { docker: { restart: { name: "always" } } }));
        await vi.waitFor(async () => {
          expect(await observe("loop")).toMatchObject({ state: "exited", exitCode: 4, restartCount: 0 });
        }, limitMs);
      });
    }
  });

  describe("apply", () => {
    test("must start a container, and take a second start for success", async () => {
      const { run, start, service, observe } = await scene();
      const container = await run(service("web", stay));
      await start(container);
      expect(await observe("web")).toMatchObject({ state: "running", exitCode: null, startedAt: expect.any(String) });
    });

    test("must take stopping a stopped and removing an absent container for success", async () => {
      const { run, stop, remove, service, observe } = await scene();
      const container = await run(service("web", stay));
      await stop(container);
      await stop(container);
      expect(await observe("web")).toMatchObject({ state: "exited" });
      await remove(container);
      await remove(container);
      await stop(container);
      expect(await observe("web")).toBeUndefined();
    });

    test.each([
      ["SIGTERM", null],
      ["SIGQUIT", "SIGQUIT"],
    ])(
      "must let a service end by itself within its grace, on %s where its stop_signal is %s",
      async (trapped, stopSignal) => {
        const { engine, run, stop, service, observe } = await scene();
        const script = `trap 'exit 7' ${trapped.slice("SIG".length)}; echo on; sleep 1000 & wait`;
        const container = await run(service("polite", script, { stopSignal, stopGraceMs: 20_000 }));
        await untilPrinted(engine, { service: "polite", container });
        await stop(container);
        expect(await observe("polite")).toMatchObject({ state: "exited", exitCode: 7 });
      },
    );

    test("must end a service that ignores its stop signal once the grace is over", async () => {
      const { engine, run, stop, service, observe } = await scene();
      const script = "trap '' TERM; echo on; sleep 1000 & wait";
      const container = await run(service("deaf", script, { stopGraceMs: 20_000 }));
      await untilPrinted(engine, { service: "deaf", container });
      await stop(container, 500);
      expect(await observe("deaf")).toMatchObject({ state: "exited", exitCode: 137 });
    });

    if (harness.pauses) {
      test("must let a paused container go on where it is started", async () => {
        const { run, start, service, observe } = await scene();
        const container = await run(service("web", stay, onPort(await freePort())));
        const before = await observe("web");
        await rig().pause?.(container);
        expect(await observe("web")).toEqual({ ...before, state: "paused" });
        await start(container);
        expect(await observe("web")).toEqual(before);
      });

      test("must stop and remove a paused container like any other", async () => {
        const { run, start, stop, remove, service, observe } = await scene();
        const container = await run(service("web", stay));
        await rig().pause?.(container);
        await stop(container);
        expect(await observe("web")).toMatchObject({ state: "exited" });
        await start(container);
        await rig().pause?.(container);
        await remove(container);
        expect(await observe("web")).toBeUndefined();
      });
    }

    test("must refuse a name that another container has", async () => {
      const { create, service } = await scene();
      const web = service("web", stay);
      await create(web);
      await expect(create(web)).rejects.toMatchObject({ code: "name-taken" });
    });

    test("must rename, and refuse a name in use", async () => {
      const { create, apply, service, observe } = await scene();
      const first = await create(service("a", stay));
      const second = await create(service("b", stay));
      await expect(apply({ type: "rename-container", container: first, name: second })).rejects.toMatchObject({
        code: "name-taken",
      });
      await apply({ type: "rename-container", container: first, name: `${first}-old` });
      expect(await observe("a")).toMatchObject({ container: `${first}-old` });
    });

    test("must refuse an image that is not there", async () => {
      const { create, apply, service } = await scene();
      const web = service("web", stay, { docker: { image: "goat-test/none:1" } });
      await expect(create(web)).rejects.toMatchObject({ code: "image-unavailable" });
      await expect(apply({ type: "pull-image", image: "goat-test/none:1" })).rejects.toMatchObject({
        code: "image-unavailable",
      });
    });

    test("must name a taken port, and keep the container with the reason", async () => {
      const { run, create, start, service, observe, engine, stack } = await scene();
      const port = await freePort();
      const holder = await run(service("first", stay, onPort(port)));
      const second = await create(service("second", stay, onPort(port)));
      await expect(start(second)).rejects.toMatchObject({
        code: "port-taken",
        message: expect.stringContaining(String(port)),
      });
      const startError = harness.keepsStartErrors ? expect.stringContaining(String(port)) : null;
      expect(await observe("second")).toMatchObject({ state: "created", startError });
      expect(await engine.portHolder(port, signal())).toBe(`container ${holder} of ${stack.name}`);
      await start(holder);
    });

    test("must do nothing once its signal has fired", async () => {
      const { stack, engine, service, observe } = await scene();
      const operation = {
        type: "create-container" as const,
        stack,
        service: service("web", stay),
        container: `${stack.name}-web-1`,
        fingerprint: {},
      };
      const aborted = { ...io(), signal: AbortSignal.abort() };
      await expect(engine.apply(operation, aborted)).rejects.toMatchObject({ name: "AbortError" });
      expect(await observe("web")).toBeUndefined();
    });
  });
};

/** A script's traps are set once it has printed. */
const untilPrinted = async (engine: Engine, of: { readonly service: string; readonly container: string }) => {
  const options = { follow: true, tail: null, since: null, signal: signal() };
  for await (const { line } of engine.logs({ containers: [of], ...options })) {
    expect(line).toBe("on");
    return;
  }
};
