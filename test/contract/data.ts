import { describe, expect, test } from "vitest";
import { type Harness, limitMs, volume } from "./rig.ts";
import { useRig } from "./scenes.ts";

const stay = "exec sleep 1000";
const signal = (): AbortSignal => AbortSignal.timeout(limitMs);
const anonymous = { mounts: [{ kind: "anonymous" as const, target: "/scratch", readOnly: false }] };
const named = { mounts: [{ kind: "volume" as const, volume: "data", target: "/data", readOnly: false }] };

export const dataContract = (harness: Harness): void => {
  const { scene } = useRig(harness);

  describe("networks and volumes", () => {
    test("must be made once, observed by their keys, and removed once", async () => {
      const { stack, engine, apply } = await scene();
      const [, second] = stack.networks;
      const [data] = stack.volumes;
      if (second === undefined || data === undefined) throw new Error("the scene lacks them");
      for (const _ of [1, 2]) {
        await apply({ type: "create-network", stack, network: second, fingerprint: "n2" });
        await apply({ type: "create-volume", stack, volume: data });
      }
      const made = await engine.observe({ stack: stack.name, images: [] }, signal());
      expect(made.networks.map(({ key, name, fingerprint }) => ({ key, name, fingerprint }))).toEqual(
        expect.arrayContaining([
          { key: "default", name: `${stack.name}_default`, fingerprint: "n1" },
          { key: "public", name: second.name, fingerprint: "n2" },
        ]),
      );
      expect(made.networks).toHaveLength(2);
      expect(made.volumes).toEqual([
        expect.objectContaining({
          key: "data",
          name: data.name,
          createdAt: expect.any(String),
          origin: { folder: "/tmp", file: "/tmp/docker-compose.yml" },
        }),
      ]);
      for (const _ of [1, 2]) {
        await apply({ type: "remove-network", network: second.name });
        await apply({ type: "remove-volume", volume: data.name });
      }
      const left = await engine.observe({ stack: stack.name, images: [] }, signal());
      expect(left.networks.map(({ key }) => key)).toEqual(["default"]);
      expect(left.volumes).toEqual([]);
    });

    test("must not be made where they are external", async () => {
      const { stack, engine, apply } = await scene();
      const external = { ...volume(stack.name, "theirs"), external: true };
      await apply({ type: "create-volume", stack, volume: external });
      const { volumes } = await engine.observe({ stack: stack.name, images: [] }, signal());
      expect(volumes).toEqual([]);
      expect(await engine.volumeSizes([external.name], signal())).toEqual({ [external.name]: null });
    });

    test("must be refused where they are external and not there, and not made by mistake", async () => {
      const { stack, engine, apply, service } = await scene();
      const external = { ...volume(stack.name, "theirs"), external: true };
      const web = service("web", stay, {
        docker: { mounts: [{ kind: "volume", volume: "theirs", target: "/data", readOnly: false }] },
      });
      const create = apply({
        type: "create-container",
        stack: { ...stack, volumes: [external] },
        service: web,
        container: `${stack.name}-web-1`,
        fingerprint: {},
      });
      await expect(create).rejects.toMatchObject({
        code: "engine-refused",
        message: expect.stringContaining(external.name),
      });
      expect(await engine.volumeSizes([external.name], signal())).toEqual({ [external.name]: null });
    });

    test("must all be joined by a service that asks for several networks", async () => {
      const { stack, apply, create, service, observe } = await scene();
      const [, second] = stack.networks;
      if (second === undefined) throw new Error("the scene lacks a network");
      await apply({ type: "create-network", stack, network: second, fingerprint: "n2" });
      const networks = ["default", "public"].map((network) => ({ network, aliases: ["other-name"] }));
      await create(service("web", stay, { docker: { networks } }));
      expect((await observe("web"))?.networks).toEqual([`${stack.name}_default`, `${stack.name}_public`]);
    });
  });

  describe("data", () => {
    const write = ["sh", "-c", "echo kept > /scratch/note; echo kept > /data/note"];
    const read = ["sh", "-c", "cat /scratch/note; cat /data/note"];

    test("in anonymous and named volumes must survive the replacement of their container", async () => {
      const { stack, engine, apply, run, create, start, remove, service } = await scene();
      const [data] = stack.volumes;
      if (data === undefined) throw new Error("the scene lacks a volume");
      await apply({ type: "create-volume", stack, volume: data });
      const store = service("store", stay, { docker: { mounts: [...anonymous.mounts, ...named.mounts] } });
      const old = await run(store);
      expect(await engine.exec(old, write, signal())).toEqual({ exitCode: 0, output: "" });
      const next = await create(store, { container: `${old}-next`, replaces: old });
      await apply({ type: "remove-container", container: old, anonymousVolumes: true });
      await apply({ type: "rename-container", container: next, name: old });
      await start(old);
      expect(await engine.exec(old, read, signal())).toEqual({ exitCode: 0, output: "kept\nkept\n" });
      const sizes = await engine.volumeSizes([data.name], signal());
      expect(sizes[data.name]).toBeGreaterThan(0);
      await remove(old);
    });
  });
};
