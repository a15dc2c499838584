import { expect, test } from "vitest";
import { toEngineTime } from "../../../../src/engine/docker/logs.ts";

test.each([
  ["2026-01-01T00:00:00Z", "1767225600.000000000"],
  ["2026-01-01T00:00:00.5Z", "1767225600.500000000"],
  ["2026-01-01T00:00:00.123456789Z", "1767225600.123456789"],
  ["2026-01-01T01:00:00.25+01:00", "1767225600.250000000"],
])("%s must be %s to the engine, with the fraction as it was written", (iso, seconds) => {
  expect(toEngineTime(iso)).toBe(seconds);
});
