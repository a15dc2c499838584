import { describe, expect, test } from "vitest";
import { freePort } from "./containers.ts";
import { type Harness, limitMs } from "./rig.ts";
import { useRig } from "./scenes.ts";

const stay = "exec sleep 1000";
const signal = (): AbortSignal => AbortSignal.timeout(limitMs);

export const aboutContract = (harness: Harness): void => {
  const { rig, scene } = useRig(harness);

  describe("an engine", () => {
    test("must say what it is", async () => {
      const { engine } = rig();
      const info = await engine.probe(signal());
      expect(info).toMatchObject({
        kind: engine.kind,
        version: expect.stringMatching(/\d/),
        source: expect.any(String),
      });
    });

    test("must refuse a service it has no recipe for", async () => {
      const { service, engine } = await scene();
      expect(engine.supports(service("web", stay))).toEqual({ ok: true });
      expect(engine.supports({ ...service("web", stay), run: {} })).toMatchObject({
        ok: false,
        reason: expect.any(String),
      });
    });

    test("must be called unreachable where none answers", async () => {
      await using engine = rig().unreachable();
      await expect(engine.probe(signal())).rejects.toMatchObject({ code: "engine-unreachable", exitCode: 3 });
      await expect(engine.observe({ stack: "x", images: [] }, signal())).rejects.toMatchObject({
        code: "engine-unreachable",
      });
    });

    test("must know of no holder for a port that nobody publishes", async () => {
      expect(await rig().engine.portHolder(await freePort(), signal())).toBeNull();
    });
  });
};
