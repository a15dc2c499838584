import { expect, test } from "vitest";
import { createViews, wantsColor } from "../../../../src/cli/run.ts";
import { GoatError } from "../../../../src/errors/goat-error.ts";
import type { GoatEvent } from "../../../../src/events/events.ts";
import { createSink } from "../../../support/terminal.ts";

const at = "2026-11-23T04:00:00.000Z";

const drift = new GoatError("database-password-drift", "litellm cannot log in to postgres", {
  service: "litellm",
  evidence: ["litellm: P1000: Authentication failed", "volume goat_postgres-data was made on 2026-11-02"],
  fixes: [
    { command: "goat-dev db set-password", effect: "keeps the data" },
    { command: "goat-dev down --volumes", effect: "deletes it (48 MB), asks first" },
  ],
});

const brokenUp: readonly GoatEvent[] = [
  { type: "run-started", command: "up" },
  { type: "step-started", step: "postgres" },
  { type: "notice", level: "warning", text: "image postgres:16 has no digest" },
  { type: "detail", text: "GET /containers/json 200" },
  { type: "step-finished", step: "postgres", outcome: "ok", text: "ready in 1.1 s", durationMs: 1100 },
  { type: "step-progress", step: "litellm", text: "starting" },
  { type: "log", service: "litellm", line: "P1000", at: null, stream: "stderr" },
  { type: "step-finished", step: "litellm", outcome: "failed", text: "exited with status 1", durationMs: 3200 },
  { type: "step-finished", step: "gateway", outcome: "skipped", text: "skipped: needs litellm", durationMs: 0 },
  { type: "error", error: drift },
  { type: "run-finished", exitCode: 5, durationMs: 5000 },
];

const show = async (events: readonly GoatEvent[], options: Partial<Parameters<typeof createViews>[0]> = {}) => {
  const out = createSink();
  const err = createSink();
  const off = { color: false, verbose: false, quiet: false, json: false, jsonStream: false, live: false };
  const views = createViews({ stdout: out.stream, stderr: err.stream, ...off, ...options });
  for (const event of events) for (const view of views) view.on({ ...event, at });
  for (const view of views) await view.close();
  return { out: out.text(), err: err.text() };
};

test("without a terminal each finished step is a line, and the error says what was seen and what to type", async () => {
  const { out, err } = await show(brokenUp);
  expect(out).toBe("");
  expect(err).toMatchInlineSnapshot(`
    "warning: image postgres:16 has no digest
    ✔ postgres    ready in 1.1 s
    litellm | P1000
    ✖ litellm     exited with status 1
    - gateway     skipped: needs litellm

    litellm cannot log in to postgres   [database-password-drift]

      seen       litellm: P1000: Authentication failed
                 volume goat_postgres-data was made on 2026-11-02
      fix        goat-dev db set-password   keeps the data
                 goat-dev down --volumes    deletes it (48 MB), asks first
      more       goat-dev logs litellm
    "
  `);
});

test("an error that the failed step's line has said must not be said again", async () => {
  const text = "port 4000 is taken by python3 (pid 4711: litellm --config …)";
  const fixes = [{ command: "stop it, or set LITELLM_PORT=4001 in .env", effect: "" }];
  const { err } = await show([
    { type: "step-finished", step: "checks", outcome: "failed", text, durationMs: 1 },
    { type: "error", error: new GoatError("port-taken", text, { fixes }) },
  ]);
  expect(err).toMatchInlineSnapshot(`
    "✖ checks      port 4000 is taken by python3 (pid 4711: litellm --config …)
      code       port-taken
      fix        stop it, or set LITELLM_PORT=4001 in .env
    "
  `);
});

test("colour must paint marks and labels, and nothing when it is off", async () => {
  const painted = await show(brokenUp, { color: true });
  expect(painted.err).toContain("\u001b[32m✔\u001b[39m");
  expect(painted.err).toContain("\u001b[31m✖\u001b[39m");
  expect((await show(brokenUp)).err).not.toContain("\u001b");
});

test("details must be told with --verbose alone", async () => {
  expect((await show(brokenUp)).err).not.toContain("GET /containers/json");
  expect((await show(brokenUp, { verbose: true })).err).toContain("GET /containers/json 200\n");
});

test("a result goes to stdout with one newline at its end", async () => {
  expect((await show([{ type: "result", data: {}, text: "all ready" }])).out).toBe("all ready\n");
  expect((await show([{ type: "result", data: {}, text: "all ready\n" }])).out).toBe("all ready\n");
  expect((await show([{ type: "result", data: {}, text: "" }])).out).toBe("");
});

test("lines of the logs command are its result; other logs are talk", async () => {
  const lines: readonly GoatEvent[] = [
    { type: "log", service: "db", line: "a", at: null, stream: "stdout" },
    { type: "log", service: "litellm", line: "b\u001b[31m\u0007", at: null, stream: "stdout" },
    { type: "log", service: "db", line: "c", at: null, stream: "stdout" },
  ];
  const finished: GoatEvent = { type: "run-finished", exitCode: 0, durationMs: 1 };
  expect(await show([{ type: "run-started", command: "logs" }, ...lines, finished])).toEqual({
    out: "db | a\nlitellm | b\ndb      | c\n",
    err: "",
  });
  expect((await show([{ type: "run-started", command: "up" }, ...lines])).out).toBe("");
});

test("quiet must leave results and errors alone", async () => {
  const { out, err } = await show([...brokenUp, { type: "result", data: {}, text: "half" }], { quiet: true });
  expect(out).toBe("half\n");
  expect(err.split("\n")[0]).toBe("litellm cannot log in to postgres   [database-password-drift]");
});

test("with --json stdout must hold one document and nothing else, talk stands on stderr", async () => {
  const { out, err } = await show([...brokenUp, { type: "result", data: { services: ["x"] }, text: "text" }], {
    json: true,
  });
  expect(JSON.parse(out)).toEqual({
    version: 1,
    services: ["x"],
    ok: false,
    error: {
      code: "database-password-drift",
      message: "litellm cannot log in to postgres",
      service: "litellm",
      evidence: drift.evidence,
      fixes: drift.fixes,
    },
  });
  expect(err).toContain("✔ postgres    ready in 1.1 s\n");
  expect(err).not.toContain("text");
});

test("with --json a result's own fields must be the document, versioned", async () => {
  const events: readonly GoatEvent[] = [{ type: "result", data: { ok: true, changed: [] }, text: "nothing to do" }];
  expect(JSON.parse((await show(events, { json: true })).out)).toEqual({ version: 1, ok: true, changed: [] });
});

test("with --json a run whose answers went out one by one must add no document, not even where there were none", async () => {
  const row: GoatEvent = { type: "row", data: { id: "1" }, text: "1" };
  const finished: GoatEvent = { type: "run-finished", exitCode: 130, durationMs: 1 };
  expect((await show([row, finished], { json: true })).out).toBe('{"id":"1"}\n');
  expect((await show([finished], { json: true })).out).toBe("");
});

test("logs --json must be one document a line, the error too", async () => {
  const log: GoatEvent = { type: "log", service: "db", line: "a\n", at: null, stream: "stdout" };
  const started: GoatEvent = { type: "run-started", command: "logs" };
  const good = await show([started, log, log, { type: "result", data: {}, text: "" }], { json: true });
  expect(
    good.out
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line)),
  ).toEqual([
    { service: "db", at, stream: "stdout", line: "a\n" },
    { service: "db", at, stream: "stdout", line: "a\n" },
  ]);
  expect(good.err).toBe("");
  const bad = await show([started, { type: "error", error: drift }], { json: true, quiet: true });
  expect(JSON.parse(bad.out)).toMatchObject({ ok: false, error: { code: "database-password-drift" } });
  expect(bad.out.trimEnd()).not.toContain("\n");
});

test("with --json-stream every event is a line, and the first says the schema", async () => {
  const { out } = await show(brokenUp, { jsonStream: true });
  const lines = out
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(lines).toHaveLength(brokenUp.length - 1);
  expect(lines[0]).toEqual({ version: 1, type: "run-started", command: "up", at });
  expect(lines[1]).not.toHaveProperty("version");
  expect(lines.at(-2)).toMatchObject({ type: "error", error: { code: "database-password-drift", service: "litellm" } });
});

test("colour follows --no-color, NO_COLOR, FORCE_COLOR and the terminal, in this order", () => {
  const tty = { isTTY: true };
  const pipe = { isTTY: false };
  expect(wantsColor(false, {}, tty)).toBe(true);
  expect(wantsColor(false, {}, pipe)).toBe(false);
  expect(wantsColor(false, { FORCE_COLOR: "1" }, pipe)).toBe(true);
  expect(wantsColor(false, { FORCE_COLOR: "0" }, tty)).toBe(false);
  expect(wantsColor(false, { NO_COLOR: "1", FORCE_COLOR: "1" }, tty)).toBe(false);
  expect(wantsColor(false, { NO_COLOR: "" }, tty)).toBe(true);
  expect(wantsColor(false, { TERM: "dumb" }, tty)).toBe(false);
  expect(wantsColor(true, { FORCE_COLOR: "1" }, tty)).toBe(false);
});
