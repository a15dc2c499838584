import { describe, expect, it } from "vitest";
import { readUsage } from "../../../src/recorder/usage.ts";

describe("readUsage", () => {
  it("must read Langfuse's own shape", () => {
    const usage = { input: 8, output: 2, total: 11, unit: "TOKENS", inputCost: 0.1, outputCost: 0.2 };
    expect(readUsage(usage, undefined, undefined)).toMatchObject({
      input: 8,
      output: 2,
      total: 11,
      inputCost: 0.1,
      outputCost: 0.2,
      totalCost: 0.1 + 0.2,
    });
  });

  it.each([
    { prompt_tokens: 8, completion_tokens: 2 },
    { promptTokens: 8, completionTokens: 2 },
    { input: 8, output: 2 },
  ])("must add up a total that was not sent: %j", (usage) => {
    expect(readUsage(usage, undefined, undefined)).toMatchObject({ input: 8, output: 2, total: 10, totalCost: null });
  });

  it("must take the cost as sent, details before sums", () => {
    expect(readUsage({ totalCost: 0.5 }, undefined, undefined)?.totalCost).toBe(0.5);
    expect(readUsage({ totalCost: 0.5 }, undefined, { input: 1, output: 2 })?.totalCost).toBe(3);
    expect(readUsage({ totalCost: 0.5 }, undefined, { input: 1, total: 4 })?.totalCost).toBe(4);
  });

  it("must read tokens from usageDetails alone, and keep every kind of token", () => {
    const details = { input: 8, output: 2, cache_read_input_tokens: 3, prompt_tokens_details: { audio: 1 } };
    const read = readUsage(undefined, details, undefined);
    expect(read).toMatchObject({ input: 8, output: 2, total: 10 });
    expect(read?.usageDetails).toEqual({ input: 8, output: 2, total: 10, cache_read_input_tokens: 3 });
  });

  it("must say nothing where nothing was said", () => {
    expect(readUsage(undefined, undefined, undefined)).toBeUndefined();
  });
});
