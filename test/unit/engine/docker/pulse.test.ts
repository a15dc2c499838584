import { describe, expect, onTestFinished, test, vi } from "vitest";
import { limit, openDocker } from "../../../support/docker-scene.ts";

/** An engine that is connected, and answers nothing but pings; `pings` says how many of them it leaves unanswered. */
const openSilent = async (unanswered: number) => {
  const { docker, engine } = await openDocker();
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
  await engine.probe(limit());
  let pings = 0;
  docker.intercept = ({ url }) => {
    if (url.pathname !== "/_ping") return true;
    pings += 1;
    return pings <= unanswered;
  };
  const pinged = (count: number): Promise<void> => vi.waitFor(() => expect(pings).toBe(count), { interval: 1 });
  return { engine, pinged };
};

describe("an engine that answers nothing any more", () => {
  test("must end every call with how long it has been silent", async () => {
    const { engine, pinged } = await openSilent(3);
    const asked = engine.observe({ stack: "goat", images: [] }, new AbortController().signal);
    const told = expect(asked).rejects.toMatchObject({
      code: "engine-unreachable",
      message: "the engine has not answered for 15 s",
    });
    await vi.advanceTimersByTimeAsync(3_000);
    for (const count of [1, 2, 3]) {
      await pinged(count);
      await vi.advanceTimersByTimeAsync(5_000);
    }
    await told;
  });

  test("must be waited for where it was silent for a while alone", async () => {
    const { engine, pinged } = await openSilent(2);
    const end = new AbortController();
    const asked = engine.observe({ stack: "goat", images: [] }, end.signal);
    const told = expect(asked).rejects.toThrow("enough");
    await vi.advanceTimersByTimeAsync(3_000);
    for (const count of [1, 2, 3]) {
      await pinged(count);
      await vi.advanceTimersByTimeAsync(5_000);
    }
    await pinged(4);
    end.abort(new Error("enough"));
    await told;
  });
});
