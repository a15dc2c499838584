import { expect, test } from "vitest";
import { type DrillReport, drillText } from "../../../src/app/drill.ts";

const report = (found: Partial<DrillReport>): DrillReport => ({
  ok: true,
  model: "small",
  fault: "429",
  fallbacks: ["large"],
  answeredBy: "large",
  status: 200,
  message: null,
  durationMs: 1_200,
  ...found,
});

test.each([
  [report({}), "small failed on purpose (429), and large answered in its place in 1.2 s"],
  [report({ answeredBy: null }), "small failed on purpose (429), and another model answered in its place in 1.2 s"],
])("an answer must be told as one, also where LiteLLM does not name its model", (drill, text) => {
  expect(drillText(drill)).toBe(text);
});

test.each([
  [["large"], "its fallbacks (large) did not answer either"],
  [[], "the config names no fallback for it"],
])("where nobody answers, what a program gets must be told", (fallbacks, why) => {
  const drill = report({ ok: false, fallbacks, answeredBy: null, status: 429, message: "busy" });
  expect(drillText(drill)).toBe(
    `small failed on purpose (429), and nobody answered: ${why}\n  A program gets 429: busy`,
  );
});
