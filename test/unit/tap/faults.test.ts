import fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import { type Fault, parseFault } from "../../../src/tap/fault-spec.ts";
import { createFaults, faultText } from "../../../src/tap/faults.ts";
import { startHttp } from "../../support/fake-server.ts";
import { call, chat, open, openTap } from "../../support/tap-client.ts";

const faultsOf = (...texts: readonly string[]): readonly Fault[] => texts.map((text) => parseFault(text) as Fault);

const tapWith = async (texts: readonly string[], seed = 1) => {
  const gateway = await startHttp((request, response) => {
    request.resume().on("end", () => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write("data: first\n\n", () => setImmediate(() => response.end("data: second, the last\n\n")));
    });
  });
  onTestFinished(() => gateway[Symbol.asyncDispose]());
  const faults = createFaults(faultsOf(...texts), seed);
  return { tap: await openTap({ gateway: gateway.baseUrl, stages: [faults] }), faults };
};

const statuses = async (origin: string, count: number): Promise<readonly (number | string)[]> => {
  const all: (number | string)[] = [];
  for (let index = 0; index < count; index += 1) {
    const answer = await chat(origin, { messages: [{ content: String(index) }] }).catch(() => "cut");
    all.push(typeof answer === "string" ? answer : answer.status);
  }
  return all;
};

describe("a fault as it is written", () => {
  test("must be read in all its forms", () => {
    expect(parseFault("429:20%")).toMatchObject({ kind: "status", status: 429, rate: 0.2, model: null });
    expect(parseFault("model=gpt-5-mini,503")).toMatchObject({
      kind: "status",
      status: 503,
      rate: 1,
      model: "gpt-5-mini",
    });
    expect(parseFault("latency=2s..5s")).toMatchObject({ kind: "latency", fromMs: 2_000, toMs: 5_000 });
    expect(parseFault("latency=50ms:0.5")).toMatchObject({ kind: "latency", fromMs: 50, toMs: 50, rate: 0.5 });
    expect(["cut:10%", "timeout", "garbage"].map((text) => parseFault(text)?.kind)).toEqual([
      "cut",
      "timeout",
      "garbage",
    ]);
  });

  test("must be none where it is anything else", () => {
    for (const text of [
      "",
      "200",
      "429:",
      "429:120%",
      "latency",
      "latency=5s..2s",
      "latency=fast",
      "cut=1",
      "model=,429",
    ]) {
      expect(parseFault(text), text).toBeUndefined();
    }
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(() => parseFault(text)).not.toThrow();
      }),
    );
  });
});

describe("faults", () => {
  test("must hit the same calls for one seed, and about as many as asked", async () => {
    const first = await statuses((await tapWith(["429:30%"], 7)).tap.origin, 60);
    const again = await statuses((await tapWith(["429:30%"], 7)).tap.origin, 60);
    const other = await statuses((await tapWith(["429:30%"], 8)).tap.origin, 60);
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
    const hits = first.filter((status) => status === 429).length;
    expect(hits).toBeGreaterThan(6);
    expect(hits).toBeLessThan(32);
  });

  test("must fail as a provider does, and say when to come back where providers do", async () => {
    const { tap } = await tapWith(["429"]);
    const answer = await chat(tap.origin);
    expect(answer).toMatchObject({ status: 429, headers: { "retry-after": "1" } });
    expect(JSON.parse(answer.body).error).toMatchObject({ type: "rate_limit_error", code: "429" });
    const anthropic = await call(`${tap.origin}/v1/messages`, '{"model":"m"}');
    expect(JSON.parse(anthropic.body)).toMatchObject({ type: "error", error: { type: "rate_limit_error" } });
    expect((await call(`${tap.origin}/v1/models`)).status).toBe(200);
    const failing = await chat((await tapWith(["500"])).tap.origin);
    expect(failing.headers).not.toHaveProperty("retry-after");
  });

  test("must reach the model that is named alone", async () => {
    const { tap } = await tapWith(["model=bad,503"]);
    expect((await chat(tap.origin, { model: "bad" })).status).toBe(503);
    expect((await chat(tap.origin, { model: "good" })).status).toBe(200);
  });

  test("must end a stream midway, send garbage, or nothing at all until the program leaves", async () => {
    const { tap } = await tapWith(["cut"]);
    const asked = open(`${tap.origin}/v1/chat/completions`, { method: "POST" });
    const heard = new Promise<string>((resolve) => {
      asked
        .on("error", () => undefined)
        .on("response", (answer) => {
          let text = "";
          answer.on("data", (piece) => (text += piece)).on("error", () => resolve(text));
        });
    });
    asked.end('{"model":"m","stream":true}');
    const text = await heard;
    expect(text).toContain("data: first");
    expect(text).not.toContain("the last");

    const garbled = await chat((await tapWith(["garbage"])).tap.origin);
    expect(garbled.status).toBe(200);
    expect(() => JSON.parse(garbled.body)).toThrow();

    const silent = await tapWith(["timeout"]);
    const ended = silent.tap.next();
    const waiting = open(`${silent.tap.origin}/v1/chat/completions`, { method: "POST", timeout: 50 });
    waiting
      .on("timeout", () => waiting.destroy())
      .on("error", () => undefined)
      .end('{"model":"m"}');
    expect(await ended).toMatchObject({ status: null, end: "program left", from: "fault" });
  });

  test("must tell how the program fared: retries, and what never succeeded", async () => {
    const { tap, faults } = await tapWith(["model=bad,429", "model=worse,garbage"]);
    for (const model of ["bad", "bad", "worse", "good"]) await chat(tap.origin, { model });
    const report = faults.report();
    expect(report).toMatchObject({ injected: { "model=bad,429": 2, "model=worse,garbage": 1 }, retries: 1 });
    expect(report.neverSucceeded.map(({ failures }) => failures)).toEqual([["429", "429"], ["garbage"]]);
    expect(faultText(report)).toContain(
      "faults (--seed 1): model=bad,429 2 times, model=worse,garbage 1 time; 1 retry seen",
    );
  });
});
