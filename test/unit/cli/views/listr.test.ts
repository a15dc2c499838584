import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import { createListrView } from "../../../../src/cli/views/listr.ts";
import { GoatError } from "../../../../src/errors/goat-error.ts";
import type { GoatEvent, View } from "../../../../src/events/events.ts";
import { createTerminal } from "../../../support/terminal.ts";

const at = "2026-11-23T04:00:00.000Z";

const setUp = () => {
  const terminal = createTerminal();
  const { stream } = terminal;
  const view: View = createListrView({ stdout: stream, stderr: stream, color: false, verbose: false });
  const emit = (...events: GoatEvent[]): void => {
    for (const event of events) view.on({ ...event, at });
  };
  return { terminal, view, emit };
};

const started = (step: string): GoatEvent => ({ type: "step-started", step });
const ok = (step: string, text: string): GoatEvent => ({
  type: "step-finished",
  step,
  text,
  outcome: "ok",
  durationMs: 1,
});

test("the last frame must hold every step with its mark, in the order they started", async () => {
  const { terminal, view, emit } = setUp();
  emit({ type: "run-started", command: "up" }, started("checks"), ok("checks", "groq key set"));
  await setImmediate();
  emit(started("postgres"), started("litellm"));
  await setImmediate();
  emit({ type: "step-progress", step: "postgres", text: "starting" });
  emit(
    { type: "step-finished", step: "litellm", outcome: "failed", text: "exited with status 1", durationMs: 3200 },
    ok("postgres", "created · ready in 1.2 s"),
    { type: "step-finished", step: "gateway", outcome: "skipped", text: "skipped: needs litellm", durationMs: 0 },
  );
  emit({ type: "result", data: {}, text: "Up in 5 s" });
  await view.close();
  expect(await terminal.screen()).toMatchInlineSnapshot(`
    "✔ checks      groq key set
    ✔ postgres    created · ready in 1.2 s
    ✖ litellm     exited with status 1
    - gateway     skipped: needs litellm
    Up in 5 s"
  `);
  expect(await terminal.isCursorHidden()).toBe(false);
});

test("steps that join while others run must be drawn at once", async () => {
  const { terminal, view, emit } = setUp();
  emit(started("postgres"));
  emit(started("langfuse"));
  const seen = async (text: string): Promise<void> => {
    while (!(await terminal.screen()).includes(text)) await setImmediate();
  };
  await seen("langfuse");
  emit(started("litellm"));
  await seen("litellm");
  emit({ type: "step-progress", step: "litellm", text: "GET /health/readiness -> 503" });
  await seen("-> 503");
  expect(await terminal.isCursorHidden()).toBe(true);
  emit(ok("postgres", "ready"), ok("langfuse", "ready"), ok("litellm", "ready"));
  await view.close();
  expect(await terminal.screen()).toMatchInlineSnapshot(`
    "✔ postgres    ready
    ✔ langfuse    ready
    ✔ litellm     ready"
  `);
});

test("logs, notices and errors must not tear the drawing, and come in order after it", async () => {
  const { terminal, view, emit } = setUp();
  emit({ type: "notice", level: "info", text: "before" }, started("litellm"));
  emit({ type: "notice", level: "warning", text: "while drawing" });
  emit({ type: "log", service: "litellm", line: "P1000: 100% \u001b[2Jrefused", at: null, stream: "stderr" });
  const text = "litellm cannot log in to postgres";
  emit({ type: "step-finished", step: "litellm", outcome: "failed", text: "exited 100%d %s", durationMs: 1 });
  emit({
    type: "error",
    error: new GoatError("database-password-drift", text, {
      service: "litellm",
      evidence: ["litellm: P1000", "volume goat_postgres-data was made on 2026-11-02"],
      fixes: [
        { command: "goat-dev db set-password", effect: "keeps the data" },
        { command: "goat-dev down --volumes", effect: "deletes it (48 MB), asks first" },
      ],
    }),
  });
  await view.close();
  expect(await terminal.screen()).toMatchInlineSnapshot(`
    "note: before
    ✖ litellm     exited 100%d %s
    warning: while drawing
    litellm | P1000: 100% refused

    litellm cannot log in to postgres   [database-password-drift]

      seen       litellm: P1000
                 volume goat_postgres-data was made on 2026-11-02
      fix        goat-dev db set-password   keeps the data
                 goat-dev down --volumes    deletes it (48 MB), asks first
      more       goat-dev logs litellm"
  `);
});

test("a step left running at the end must be shown as not finished, and the cursor come back", async () => {
  const { terminal, view, emit } = setUp();
  emit(started("litellm"));
  await view.close();
  expect(await terminal.screen()).toMatchInlineSnapshot(`"- litellm     not finished"`);
  expect(await terminal.isCursorHidden()).toBe(false);
});

test("an error must not be glued to another step's line: only the lowest line speaks for it", async () => {
  const { terminal, view, emit } = setUp();
  const failed = (step: string): GoatEvent => ({
    type: "step-finished",
    step,
    outcome: "failed",
    text: "exited",
    durationMs: 1,
  });
  emit(started("litellm"), started("langfuse"), ok("langfuse", "ready"), failed("litellm"));
  emit({ type: "error", error: new GoatError("service-exited", "litellm exited", { evidence: ["P1000"] }) });
  await view.close();
  expect(await terminal.screen()).toMatchInlineSnapshot(`
    "✖ litellm     exited
    ✔ langfuse    ready

    litellm exited   [service-exited]

      seen       P1000"
  `);
});
