import { expect, test } from "vitest";
import { GoatError } from "../../../src/errors/goat-error.ts";
import type { StampedEvent, View } from "../../../src/events/events.ts";
import { createHub } from "../../../src/events/hub.ts";
import { createRedactor } from "../../../src/events/redact.ts";
import { systemClock } from "../../../src/platform/clock.ts";

const at = "2026-11-23T04:00:00.000Z";
const clock = { ...systemClock, date: () => new Date(at) };
const secret = "gsk_0123456789";

const recorder = (): { readonly view: View; readonly seen: StampedEvent[] } => {
  const seen: StampedEvent[] = [];
  return { seen, view: { on: (event) => void seen.push(event), close: async () => undefined } };
};

const setUp = (...extra: View[]) => {
  const { view, seen } = recorder();
  const redactor = createRedactor([{ name: "GROQ_API_KEY", value: secret }]);
  return { seen, hub: createHub({ clock, redactor, views: [...extra, view] }) };
};

test("no view may see a secret, in whatever event it comes", () => {
  const { hub, seen } = setUp();
  const text = `with ${secret}`;
  hub.emit({ type: "step-started", step: "litellm", text });
  hub.emit({ type: "step-progress", step: "litellm", text });
  hub.emit({ type: "step-finished", step: "litellm", outcome: "ok", text, durationMs: 1 });
  hub.emit({ type: "notice", level: "info", text });
  hub.emit({ type: "detail", text });
  hub.emit({ type: "log", service: "litellm", line: text, at: null, stream: "stdout" });
  hub.emit({ type: "result", text, data: { nested: [text] } });
  const fixes = [{ command: text, effect: text }];
  hub.emit({ type: "error", error: new GoatError("provider-refused", text, { evidence: [text], fixes, cause: text }) });
  const shown = seen.map((event) => JSON.stringify(event) + (event.type === "error" ? Object(event.error).stack : ""));
  expect(shown).toHaveLength(8);
  for (const line of shown) {
    expect(line).not.toContain(secret);
    expect(line).toContain("[GROQ_API_KEY]");
  }
});

test("a redacted error must keep its code, exit status and service, and leave its cause behind", () => {
  const { hub, seen } = setUp();
  const error = new GoatError("service-exited", "gone", { service: "litellm", cause: new Error(secret) });
  hub.emit({ type: "error", error });
  expect(seen[0]).toMatchObject({ error: { code: "service-exited", exitCode: 5, service: "litellm" } });
  expect(seen[0]?.type === "error" && seen[0].error.cause).toBeUndefined();
});

test("every event must carry a time; a log line keeps its own", () => {
  const { hub, seen } = setUp();
  hub.emit({ type: "run-started", command: "up" });
  hub.emit({ type: "log", service: "a", line: "x", at: "2020-01-01T00:00:00Z", stream: "stdout" });
  hub.emit({ type: "log", service: "a", line: "x", at: null, stream: "stdout" });
  expect(seen.map((event) => event.at)).toEqual([at, "2020-01-01T00:00:00Z", at]);
});

test("a view that throws must not keep events from the others", async () => {
  const broken: View = {
    on: () => {
      throw new Error("cannot draw");
    },
    close: () => Promise.reject(new Error("cannot close")),
  };
  const { hub, seen } = setUp(broken);
  hub.emit({ type: "run-started", command: "up" });
  await expect(hub.close()).resolves.toBeUndefined();
  expect(seen).toHaveLength(1);
});

test("what is emitted after the end must be dropped", async () => {
  const { hub, seen } = setUp();
  await hub.close();
  hub.emit({ type: "run-started", command: "up" });
  expect(seen).toEqual([]);
});
