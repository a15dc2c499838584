// What a provider answers to a call, in its own words; the provider is a server of this machine.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { join } from "node:path";

const config = "dev/litellm-config.yaml";
const openAiKey = "sk-0123456789abcdefghijklmnopqrstuvwxyzABCDEFGH";
const question = ["ask", "--json", "-m", "nearby", "Why?"];

const provider = (name, answer, says, more = {}) => ({
  kind: "provider",
  name,
  code: "provider-refused",
  says,
  only: "asked",
  ask: question,
  after: question,
  inject: async (lab) => {
    const server = await listen(answer);
    const { port } = server.address();
    lab.setEnv({ OPENAI_API_KEY: openAiKey });
    lab.edit(config, (text) => text.replace("\nlitellm_settings:", `${route(port, more.model)}\nlitellm_settings:`));
    await lab.goat(["up", "--json", "--no-example"]);
    lab.provider = server;
    return () => close(server);
  },
  // What the provider's own people, or time, would do; and a key or a line of the config that is another.
  byHand: async (lab) => {
    lab.provider.answer = good;
    lab.edit(config, (text) => `${text}# mended\n`);
    await lab.goat(["up", "--json", "--no-example"]);
  },
  ...more,
});

const route = (port, model = "openai/gpt-4o-mini", host = "http://127.0.0.1") => `
  - model_name: nearby
    litellm_params:
      model: ${model}
      api_key: os.environ/OPENAI_API_KEY
      api_base: ${host}:${port}${model.startsWith("azure/") ? "" : "/v1"}
      max_retries: 0
`;

async function listen(answer, certificate) {
  const meet = (request, response) => {
    let asked = "";
    request.setEncoding("utf8").on("data", (piece) => (asked += piece));
    request.on("end", () => {
      const [status, body] = server.answer;
      const isStream = status === 200 && JSON.parse(asked || "{}").stream === true;
      response.writeHead(status, { "content-type": isStream ? "text/event-stream" : "application/json" });
      response.end(isStream ? `data: ${JSON.stringify(chunk)}\n\ndata: [DONE]\n\n` : JSON.stringify(body));
    });
  };
  const server = certificate === undefined ? createServer(meet) : createTlsServer(certificate, meet);
  server.answer = answer;
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

async function close(server) {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

const refusal = (status, message, code, type = "invalid_request_error") => [
  status,
  { error: { message, type, param: null, code } },
];

const chunk = {
  id: "chatcmpl-1",
  object: "chat.completion.chunk",
  created: 1_750_000_000,
  model: "gpt-4o-mini",
  choices: [{ index: 0, delta: { role: "assistant", content: "Hello" }, finish_reason: "stop" }],
};

const good = [
  200,
  {
    id: "chatcmpl-1",
    object: "chat.completion",
    created: 1_750_000_000,
    model: "gpt-4o-mini",
    choices: [{ index: 0, message: { role: "assistant", content: "Hello" }, finish_reason: "stop" }],
    usage: { prompt_tokens: 9, completion_tokens: 1, total_tokens: 10 },
  },
];

export const providerRows = [
  provider(
    "a key that is refused",
    refusal(401, "Incorrect API key provided: sk-01***", "invalid_api_key"),
    /refuses OPENAI_API_KEY/,
  ),
  provider(
    "a retired model",
    refusal(404, "The model `gpt-4o-mini` has been deprecated", "model_not_found"),
    /knows no openai\/gpt-4o-mini/,
  ),
  provider(
    "a rate limit",
    refusal(429, "Rate limit reached for gpt-4o-mini", "rate_limit_exceeded", "requests"),
    /enough calls/,
  ),
  provider(
    "an account without money",
    refusal(429, "You exceeded your current quota, please check your plan and billing details.", "insufficient_quota"),
    /quota|billing/,
  ),
  provider(
    "an Azure deployment that is not there",
    refusal(404, "The API deployment for this resource does not exist.", "DeploymentNotFound"),
    /deployment/,
    { model: "azure/gpt-nowhere" },
  ),
  provider("an Azure version that is none", refusal(404, "Resource not found", "404"), /api_version|api_base/, {
    model: "azure/gpt-4o-mini",
  }),
  provider("trouble of its own", refusal(503, "The server is overloaded", null, "server_error"), /does not answer/),
  provider("nobody there", null, /does not answer/, {
    inject: async (lab) => {
      lab.setEnv({ OPENAI_API_KEY: openAiKey });
      lab.edit(config, (text) => text.replace("\nlitellm_settings:", `${route(1)}\nlitellm_settings:`));
      await lab.goat(["up", "--json", "--no-example"]);
      return () => close(lab.provider);
    },
    byHand: async (lab) => {
      lab.provider = await listen(good);
      const { port } = lab.provider.address();
      lab.edit(config, (text) => text.replace("127.0.0.1:1/v1", `127.0.0.1:${port}/v1`));
      await lab.goat(["up", "--json", "--no-example"]);
    },
  }),
  provider("a certificate of a company's own", null, /certificate/, {
    inject: async (lab, row) => {
      const [key, cert] = [join(lab.home, "own.key"), join(lab.home, "own.pem")];
      const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"];
      const files = ["-keyout", key, "-out", cert, "-days", "2", "-nodes"];
      execFileSync("openssl", ["req", "-x509", "-newkey", "rsa:2048", ...files, ...subject], { stdio: "pipe" });
      const server = await listen(good, { key: readFileSync(key), cert: readFileSync(cert) });
      const own = route(server.address().port, undefined, "https://localhost");
      lab.setEnv({ OPENAI_API_KEY: openAiKey });
      lab.edit(config, (text) => text.replace("\nlitellm_settings:", `${own}\nlitellm_settings:`));
      await lab.goat(["up", "--json", "--no-example"]);
      row.typed = (command) => command.replace("/path/to/ca.pem", cert);
      return () => close(server);
    },
    byHand: undefined,
  }),
  provider("a name that leads nowhere", null, /cannot reach|does not answer/, {
    inject: async (lab) => {
      const nowhere = route(443, undefined, "https://api.provider.invalid");
      lab.setEnv({ OPENAI_API_KEY: openAiKey });
      lab.edit(config, (text) => text.replace("\nlitellm_settings:", `${nowhere}\nlitellm_settings:`));
      await lab.goat(["up", "--json", "--no-example"]);
      return () => close(lab.provider);
    },
    byHand: async (lab) => {
      lab.provider = await listen(good);
      const { port } = lab.provider.address();
      lab.edit(config, (text) => text.replace("https://api.provider.invalid:443", `http://127.0.0.1:${port}`));
      await lab.goat(["up", "--json", "--no-example"]);
    },
  }),
];
