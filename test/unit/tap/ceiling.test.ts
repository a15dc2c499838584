import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type CeilingLimits, createCeiling } from "../../../src/tap/ceiling.ts";
import type { PriceList } from "../../../src/tap/price.ts";
import { startHttp } from "../../support/fake-server.ts";
import { chat, openTap } from "../../support/tap-client.ts";

/** A dollar for each token, whichever way it goes. */
const list: PriceList = {
  prices: new Map([["m", { input: 1, output: 1, cachedInput: null }]]),
  mostAnswer: new Map([["m", 64]]),
};

const none: CeilingLimits = { maxCostUsd: null, maxCalls: null, maxTokens: null };

/** A gateway whose answers come to so many tokens, all at once when the last of `together` has come, and a tap before it. */
const tapWith = async (limits: Partial<CeilingLimits>, answers: readonly number[], prices = list) => {
  let asked = 0;
  const gateway = await startHttp((request, response) => {
    const tokens = answers[asked % answers.length] ?? 1;
    asked += 1;
    request.resume().on("end", () => {
      const usage = { prompt_tokens: 0, completion_tokens: tokens };
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ usage }));
    });
  });
  const unpriced: string[] = [];
  const ceiling = createCeiling({ ...none, ...limits }, Promise.resolve(prices), (model) => unpriced.push(model));
  const tap = await openTap({ gateway: gateway.baseUrl, stages: [ceiling] });
  const end = async (): Promise<void> => {
    await tap.close();
    await gateway[Symbol.asyncDispose]();
  };
  return { tap, ceiling, unpriced, asked: () => asked, end };
};

describe("a ceiling", () => {
  test("must let through so many calls and no more, however many come at once", async () => {
    const { tap, ceiling, asked, end } = await tapWith({ maxCalls: 7 }, [1]);
    const answers = await Promise.all(Array.from({ length: 50 }, () => chat(tap.origin)));
    expect(answers.filter(({ status }) => status === 200).length).toBe(7);
    expect(asked()).toBe(7);
    expect(ceiling.report()).toMatchObject({ calls: 7, refused: 43, reason: "--max-calls 7 is reached" });
    await end();
  });

  test("under 50 calls at once, must never be passed by calls that bound their answers, and by one call where none does", async () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 5, maxLength: 20 });
    const property = fc.asyncProperty(
      sizes,
      fc.integer({ min: 10, max: 300 }),
      fc.boolean(),
      async (sizes, most, isBound) => {
        const { tap, ceiling, end } = await tapWith({ maxCostUsd: most }, sizes);
        const fields = isBound ? { max_tokens: 20, messages: [] } : { messages: [] };
        await Promise.all(Array.from({ length: 50 }, () => chat(tap.origin, fields)));
        const { spentUsd } = ceiling.report();
        expect(spentUsd).toBeLessThanOrEqual(isBound ? most : most + Math.max(...sizes));
        // Nothing is refused while the dearest call would still fit.
        if (isBound && ceiling.report().refused > 0) expect(spentUsd).toBeGreaterThan(most - 20);
        await end();
      },
    );
    await fc.assert(property, { numRuns: 20 });
  });

  test("must refuse in each API's form, with a status that no client tries again, and say what is spent", async () => {
    const { tap, end } = await tapWith({ maxTokens: 100 }, [100]);
    expect((await chat(tap.origin)).status).toBe(200);
    const refused = await chat(tap.origin);
    expect(refused).toMatchObject({ status: 402, headers: { "x-should-retry": "false" } });
    expect(JSON.parse(refused.body).error).toEqual({
      message: "goat-dev: --max-tokens 100 is reached: 100 are used",
      type: "budget_exceeded",
      param: null,
      code: "402",
    });
    const { call } = await import("../../support/tap-client.ts");
    const anthropic = await call(`${tap.origin}/v1/messages`, '{"model":"m","max_tokens":5}');
    expect(JSON.parse(anthropic.body)).toMatchObject({ type: "error", error: { type: "billing_error" } });
    await end();
  });

  test("must refuse a call whose own bound goes over, and let a smaller one through", async () => {
    const { tap, end } = await tapWith({ maxCostUsd: 50 }, [10]);
    const large = await chat(tap.origin, { max_tokens: 60, messages: [] });
    expect(JSON.parse(large.body).error.message).toBe(
      "goat-dev: --max-cost 50 is reached: $0 is spent, and this call can cost $60.00",
    );
    expect((await chat(tap.origin, { max_tokens: 50, messages: [] })).status).toBe(200);
    await end();
  });

  test("must tell each model once whose price is not known, and leave what is no call to a model alone", async () => {
    const { tap, unpriced, end } = await tapWith({ maxCostUsd: 1 }, [1], { prices: new Map(), mostAnswer: new Map() });
    for (const _ of [1, 2]) expect((await chat(tap.origin)).status).toBe(200);
    expect(unpriced).toEqual(["m"]);
    const { call } = await import("../../support/tap-client.ts");
    expect((await call(`${tap.origin}/v1/models`)).status).toBe(200);
    await end();
  });
});
