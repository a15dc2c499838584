import { describe, expect, test } from "vitest";
import { residentBytes } from "../../../../src/engine/docker/usage.ts";

describe("resident memory", () => {
  test("must be the sum over a container's processes, in bytes", () => {
    const Processes = [
      ["10", "1000"],
      ["11", "24"],
    ];
    expect(residentBytes({ Titles: ["PID", "RSS"], Processes })).toBe(1024 * 1024);
  });

  test.each([
    { Titles: ["PID", "COMMAND"], Processes: [["1", "postgres"]] },
    { Titles: ["PID", "RSS"], Processes: [["1", "?"]] },
    {},
  ])("must be unknown where the engine's ps answered something else: %j", (top) => {
    expect(residentBytes(top)).toBeNull();
  });
});
