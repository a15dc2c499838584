import { expect, test } from "vitest";
import { openProject } from "../support/goat-project.ts";
import { event, litellmCall } from "../support/recorder-server.ts";

const open = async () => {
  const project = await openProject({ now: "2026-11-23T09:30:00.000Z" });
  const login = Buffer.from("pk-lf-goat-dev:sk-lf-goat-dev").toString("base64");
  const ingest = (...batch: readonly unknown[]): Promise<Response> =>
    fetch(`http://127.0.0.1:${project.ports.langfuse}/api/public/ingestion`, {
      method: "POST",
      headers: { authorization: `Basic ${login}`, "content-type": "application/json" },
      body: JSON.stringify({ batch }),
    });
  await project.goat(["up", "--no-example"]);
  return { ...project, ingest };
};

const failing = [
  event("trace-create", { id: "sad", input: { messages: [{ role: "user", content: "\u001b[31mred \u0007bell" }] } }),
  event("generation-create", {
    id: "sad-1",
    traceId: "sad",
    model: "openai/gpt-4o",
    startTime: "2026-11-23T09:10:00.000Z",
    endTime: "2026-11-23T09:10:03.000Z",
    level: "ERROR",
    statusMessage: "the provider said no",
  }),
];

test("traces must list what was asked, with what it took, and leave out what does not fit", async () => {
  const { goat, ingest } = await open();
  await ingest(...failing);
  const all = await goat(["traces"]);
  expect(all.exitCode).toBe(0);
  expect(all.out).toMatch(/azure\/gpt-4o-mini +10 +\$0\.0000024 +0\.5 s +hi$/m);
  expect(all.out).toMatch(/^✖ .*openai\/gpt-4o +- +- +3\.0 s +red bell ✖ the provider said no$/m);
  const failed = (await goat(["traces", "--failed", "--json"])).json();
  expect(failed).toMatchObject({ looked: 2, more: false, traces: [{ id: "sad" }] });
  expect((await goat(["traces", "--slower", "10s"])).out).toBe("None of 2 traces fits.\n");
});

test("traces show must tell the whole conversation, by id, by its beginning, or the last", async () => {
  const { goat } = await open();
  const { out, exitCode } = await goat(["traces", "show", "trace-"]);
  expect(exitCode).toBe(0);
  expect(out).toContain("user       hi\n  assistant  Hello");
  expect(out).toContain("http://localhost:13001/project/goat-dev/traces/trace-1");
  expect((await goat(["traces", "show", "last", "--json"])).json()).toMatchObject({ id: "trace-1", calls: 1 });
  const none = await goat(["traces", "show", "nothing"]);
  expect(none).toMatchObject({ exitCode: 2, err: expect.stringContaining("there is no trace nothing") });
});

test("what was said must not move a terminal's cursor", async () => {
  const { goat, ingest } = await open();
  await ingest(...failing);
  const said = [(await goat(["traces"])).out, (await goat(["traces", "show", "sad"])).out].join("");
  expect(said).toContain("red");
  for (const control of ["\u001b", "\u0007"]) expect(said).not.toContain(control);
});

test("traces -f must tell each trace as it comes, until Ctrl-C; with --json a document a line", async () => {
  const { goat, ingest } = await open();
  const interrupt = new AbortController();
  let sent = false;
  const onOut = (text: string): void => {
    const lines = text.trimEnd().split("\n");
    if (lines.length === 1 && !sent) {
      sent = true;
      void ingest(...litellmCall("later"));
    }
    if (lines.length === 2) interrupt.abort(new DOMException("interrupted", "AbortError"));
  };
  const { exitCode, out } = await goat(["traces", "-f", "--json"], { signal: interrupt.signal, onOut });
  expect(exitCode).toBe(130);
  const ids = out
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line).id);
  expect(ids).toEqual(["trace-1", "later"]);
});

test("a Langfuse that is away must be named, with what to type", async () => {
  const { goat } = await open();
  await goat(["down"]);
  for (const args of [["traces"], ["traces", "-f"]]) {
    const { exitCode, err } = await goat(args);
    expect({ args, exitCode }).toEqual({ args, exitCode: 5 });
    expect(err).toMatch(/langfuse does not answer at .*ECONNREFUSED/);
    expect(err).not.toContain("waiting");
  }
});

test("keys that Langfuse refuses must be told as such", async () => {
  const { goat, edit } = await open();
  edit("dev/docker-compose.yml", (text) => text.replaceAll("sk-lf-goat-dev", "sk-lf-another-secret"));
  const refused = await goat(["traces"]);
  expect(refused.exitCode).toBe(6);
  expect(refused.err).toContain("langfuse refuses the keys of .env");
  expect(refused.err).not.toContain("sk-lf-another-secret");
});
