import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { gather } from "../../../src/client/answer.ts";
import { createClient, explain, GatewayError } from "../../../src/client/client.ts";
import { closedPort, startHttp } from "../../support/fake-server.ts";
import { type Answer, openGateway, refuse, sendChunks, sendJson } from "./fake-upstream.ts";

const messages = [{ role: "user" as const, content: "Hello" }];

const failureOf = async (work: () => Promise<unknown>): Promise<GatewayError> => {
  const error = await work().then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(GatewayError);
  return error as GatewayError;
};

const refused = async (answer: Answer, model = "gpt-5-mini", models: readonly string[] = []): Promise<GatewayError> => {
  await using gateway = await openGateway(answer, models);
  return await failureOf(() => gateway.client.chat({ model, messages }));
};

const streamed = async (answer: Answer): Promise<GatewayError> => {
  await using gateway = await openGateway(answer);
  return await failureOf(async () => {
    for await (const _event of gateway.client.stream({ model: "gpt-5-mini", messages }));
  });
};

describe("a failed call", () => {
  test.each([400, 422, 429])("with %i must be a spent budget where its type says so", async (status) => {
    const message = "Budget has been exceeded! Current cost: 1000.1, Max budget: 1000";
    const error = await refused(refuse(status, { type: "budget_exceeded", message }));
    expect(error).toMatchObject({ kind: "budget-exceeded", status, message, isTransient: false });
    expect(error.hint).toContain("max_budget");
  });

  test.each([
    [401, { type: "auth_error", message: "Authentication Error, No api key passed in." }],
    [401, { type: "token_not_found_in_db", message: "Authentication Error, Invalid proxy server token passed." }],
    [400, { type: "no_db_connection", message: "No connected db." }],
  ])("with %i of the gateway's own must be a bad key: %o", async (status, error) => {
    expect(await refused(refuse(status, error))).toMatchObject({ kind: "bad-key", status });
  });

  test("with an unknown model must name the nearest that is served", async () => {
    const message = "/chat/completions: Invalid model name passed in model=lama-3.3-70b. Call `/v1/models` …";
    const served = ["gpt-5-mini", "llama-3.3-70b", "qwen3-4b-local"];
    const error = await refused(refuse(400, { type: "None", message }), "lama-3.3-70b", served);
    expect(error).toMatchObject({ kind: "unknown-model", model: "lama-3.3-70b", nearest: "llama-3.3-70b" });
    expect(error.hint).toBe("ask for llama-3.3-70b");
    const far = await refused(refuse(400, { type: "None", message }), "mistral", served);
    expect(far.nearest).toBeNull();
  });

  test.each([
    [
      401,
      "litellm.AuthenticationError: AuthenticationError: GroqException - Invalid API Key sk-1234567",
      "provider-refused",
    ],
    [
      404,
      "litellm.NotFoundError: AzureException NotFoundError - The API deployment does not exist",
      "provider-refused",
    ],
    [429, "litellm.RateLimitError: RateLimitError: OpenAIException - slow down", "rate-limited"],
    [400, "litellm.UnsupportedParamsError: groq does not support parameters: ['x']", "unsupported-parameter"],
    [400, "litellm.ContextWindowExceededError: litellm.BadRequestError: too long", "too-long"],
    [500, "litellm.InternalServerError: InternalServerError: OpenAIException - Connection error.", "provider-down"],
    [408, "litellm.Timeout: Connection timed out.", "provider-down"],
    [503, "litellm.ServiceUnavailableError: GroqException - over capacity", "provider-down"],
  ] as const)("with %i of a provider must say so: %s", async (status, message, kind) => {
    const error = await refused(refuse(status, { type: null, message }, "call-1"));
    expect(error).toMatchObject({ kind, status, callId: "call-1" });
    expect(error.message).not.toContain("litellm.");
    expect(error.message).not.toContain("sk-1234567");
  });

  test.each([
    [
      429,
      { type: "all_deployments_in_cooldown", message: "No deployments available for selected model" },
      "provider-down",
    ],
    [400, { type: "invalid_request_error", message: "messages is missing" }, "bad-request"],
    [500, { type: "internal_server_error", message: "Internal Server Error" }, "gateway-failed"],
  ] as const)("with %i of the gateway itself must be told apart: %o", async (status, error, kind) => {
    expect((await refused(refuse(status, error))).kind).toBe(kind);
  });

  test("without a body that says anything must still be typed", async () => {
    expect((await refused((response) => response.writeHead(502).end("<html>"))).kind).toBe("gateway-failed");
    expect((await refused((response) => response.writeHead(401).end())).kind).toBe("bad-key");
  });

  test("in the middle of a stream must be read by its code, which is a string", async () => {
    const broken = { error: { message: "litellm.RateLimitError: GroqException - slow down", type: null, code: "429" } };
    const error = await streamed((response) => sendChunks(response, [{ choices: [] }, broken], ""));
    expect(error).toMatchObject({ kind: "rate-limited", status: 429 });
    const spent = { error: { message: "Budget has been exceeded!", type: "budget_exceeded", code: "400" } };
    expect((await streamed((response) => sendChunks(response, [spent], ""))).kind).toBe("budget-exceeded");
  });

  test("must be a gateway that is down where nothing listens, and a timeout where nothing comes", async () => {
    const config = { baseURL: `http://127.0.0.1:${await closedPort()}/v1`, apiKey: "sk-test" };
    const closed = await failureOf(() => createClient(config, { maxRetries: 0 }).chat({ model: "m", messages }));
    expect(closed).toMatchObject({ kind: "gateway-down", message: "ECONNREFUSED", isTransient: true });
    await using silent = await startHttp(() => undefined);
    const slow = createClient({ ...config, baseURL: silent.baseUrl }, { maxRetries: 0, timeoutMs: 50 });
    expect((await failureOf(() => slow.chat({ model: "m", messages }))).kind).toBe("timeout");
  });

  test("must be a timeout where an answer begins and stops, whole or streamed", async () => {
    await using stopping = await startHttp((_request, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" }).write(": one comment, and then\n\n");
    });
    const config = { baseURL: stopping.baseUrl, apiKey: "sk-test" };
    const client = createClient(config, { maxRetries: 0, timeoutMs: 1_500 });
    const heard = { kind: "timeout", message: "200, then nothing for 1.5 s", isTransient: true };
    expect(await failureOf(() => client.chat({ model: "m", messages }))).toMatchObject(heard);
    const read = async (): Promise<void> => {
      for await (const _event of client.stream({ model: "m", messages }));
    };
    expect(await failureOf(read)).toMatchObject(heard);
  });

  test("must be a gateway that is down where it hangs up in the middle of an answer", async () => {
    const error = await refused((response) => {
      response.writeHead(200, { "content-type": "application/json", "content-length": "100" });
      response.write("{", () => response.destroy());
    });
    expect(error).toMatchObject({ kind: "gateway-down", isTransient: true });
  });

  test.each<[string, Answer, string]>([
    ["a page", (response) => response.setHeader("content-type", "text/html").end("<h1>Hi</h1>"), "200 text/html"],
    ["an empty object", (response) => sendJson(response, 200, {}), "200 application/json"],
    ["a list", (response) => sendJson(response, 200, { data: [] }), "200 application/json"],
    ["no choice", (response) => sendJson(response, 200, { choices: [] }), "200 application/json"],
    ["garbage", (response) => response.setHeader("content-type", "application/json").end("{{"), ""],
    ["nothing", (response) => response.writeHead(204).end(), ""],
  ])("must be an unexpected answer where %s comes, whole or streamed", async (_what, answer, heard) => {
    const whole = await refused(answer);
    expect(whole).toMatchObject({ kind: "unexpected-answer", message: expect.stringContaining(heard) });
    expect((await streamed(answer)).kind).toBe("unexpected-answer");
  });

  test("must be an unexpected answer where the list of models is none", async () => {
    await using page = await startHttp((_request, response) => response.end("<h1>Hi</h1>"));
    const client = createClient({ baseURL: page.baseUrl, apiKey: "sk-test" }, { maxRetries: 0 });
    expect((await failureOf(() => client.models())).kind).toBe("unexpected-answer");
  });

  test("must be the signal's reason where it was aborted, also in the middle of a stream", async () => {
    const chunk = { choices: [{ index: 0, delta: { content: "Hel" } }] };
    await using gateway = await openGateway((response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(`data: ${JSON.stringify(chunk)}\n\n`);
    });
    const abort = new AbortController();
    const reason = new Error("enough");
    const read = async (): Promise<void> => {
      for await (const _event of gateway.client.stream({ model: "m", messages }, { signal: abort.signal })) {
        abort.abort(reason);
      }
    };
    await expect(read()).rejects.toBe(reason);
    const before = { signal: AbortSignal.abort(reason) };
    await expect(gateway.client.chat({ model: "m", messages }, before)).rejects.toBe(reason);
  });
});

test("what is no failure of a call must come back as it is", () => {
  const error = new TypeError("mine");
  expect(explain(error)).toBe(error);
  expect(explain("text")).toBe("text");
});

test("a stream must be put together whatever its chunks are, without a crash", () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.jsonValue(), fc.record({ choices: fc.array(fc.jsonValue()) }))), (chunks) => {
      const gathering = gather("m", { costUsd: null, callId: null });
      const text = chunks.map((chunk) => gathering.add(chunk)).join("");
      expect(gathering.answer().text).toBe(text);
    }),
  );
});

test.each(["“sk-dev”", "sk-clé", "sk-a\nsk-b", "sk-a "])("a client must not be made with the key %j", (apiKey) => {
  const make = () => createClient({ baseURL: "http://127.0.0.1:4000/v1", apiKey });
  expect(make).toThrow(expect.objectContaining({ kind: "bad-key", message: expect.not.stringContaining(apiKey) }));
});

test("a client without a key must not be made, whatever OPENAI_API_KEY is", () => {
  expect(() => createClient({ baseURL: "http://127.0.0.1:4000/v1", apiKey: null })).toThrow(GatewayError);
});
