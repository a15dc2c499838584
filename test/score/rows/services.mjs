// Services that were killed, stand still, or are something else, and what LiteLLM does not start with.
import { readFileSync, writeFileSync } from "node:fs";

const compose = "dev/docker-compose.yml";

/** Sends the signal that a person would. */
export async function signal(lab, service, name) {
  const pid = await lab.pid(service);
  process.kill(pid, name);
  return pid;
}

const killed = (service) => ({
  kind: service,
  name: `${service} was killed`,
  code: "service-exited",
  only: "doctor",
  ask: ["status", "--json"],
  inject: async (lab) => {
    await signal(lab, service, "SIGKILL");
    await new Promise((resolve) => setTimeout(resolve, 500));
  },
});

const stopped = (service) => {
  const row = {
    kind: service,
    name: `${service} is stopped by a signal`,
    code: "service-paused",
    says: /paused/,
    ask: ["status", "--json"],
    inject: (lab) => signal(lab, service, "SIGSTOP").then(() => undefined),
  };
  return [row, { ...row, name: `${row.name}, up`, code: "none", says: undefined, ask: undefined }];
};

/** A process of LiteLLM's that stands still while its launcher runs. */
const hanging = (name, ask, code = "service-hung") => ({
  kind: "litellm",
  name,
  code,
  says: code === "none" ? undefined : /it hangs/,
  ask,
  inject: async (lab) => {
    const launcher = await lab.pid("litellm");
    const [serving] = readFileSync(`/proc/${launcher}/task/${launcher}/children`, "utf8").trim().split(" ");
    process.kill(Number(serving), "SIGSTOP");
  },
});

/** Another program in the gateway's place: its health is well, and all else is this. */
const stranger = (name, answer, says) => ({
  kind: "litellm",
  name,
  code: "gateway-refused",
  says,
  inject: (lab) => {
    writeFileSync(lab.path("dev/stranger.cjs"), program(lab.ports[2], answer));
    lab.edit(compose, (text) =>
      text.replace(
        "      role: gateway\n",
        `      role: gateway\n      embedded: { command: ["${process.execPath}", "${lab.path("dev/stranger.cjs")}"] }\n`,
      ),
    );
  },
  byHand: (lab) => lab.restore(),
});

const program = (port, answer) => `require("node:http").createServer((request, response) => {
  if (request.url === "/health/liveliness") return response.end('"I am alive!"');
  if (request.url === "/health/readiness") return response.end('{"status":"healthy","db":"connected"}');
  ${answer}
}).listen(${port}, "127.0.0.1");
`;

const proxy = (name, env, says) => ({
  kind: "litellm",
  name,
  code: "proxy-unfit",
  says,
  env,
  inject: async (lab) => {
    await signal(lab, "litellm", "SIGKILL");
  },
});

export const serviceRows = [
  ...["postgres", "langfuse", "litellm"].flatMap((service) => [killed(service), ...stopped(service)]),
  hanging("its serving process stands still, status", ["status", "--json"]),
  hanging("its serving process stands still, ask", ["ask", "--json", "-m", "llama-3.3-70b", "Why?"]),
  hanging("its serving process stands still, example", ["example", "--json"]),
  hanging("its serving process stands still, up", ["up", "--json", "--no-example"]),
  // A new process takes over, and the launcher kills the one that hangs.
  hanging("its serving process stands still, restart", ["restart", "litellm", "--json"], "none"),
  stranger(
    "a page in its place",
    'response.setHeader("content-type", "text/html").end("<h1>Hello</h1>");',
    /text\/html/,
  ),
  stranger("a redirection in its place", 'response.writeHead(302, { location: "/login" }).end();', /302/),
  stranger("garbage in its place", 'response.setHeader("content-type", "application/json").end("{{{");', /not LiteLLM/),
  proxy("a SOCKS proxy without its package", { ALL_PROXY: "socks5://127.0.0.1:1" }, /ALL_PROXY/),
  proxy("brackets in NO_PROXY", { NO_PROXY: "localhost,[::1]", HTTP_PROXY: "http://127.0.0.1:1" }, /NO_PROXY/),
  proxy("a network in NO_PROXY", { NO_PROXY: "fd00::/8", HTTP_PROXY: "http://127.0.0.1:1" }, /NO_PROXY/),
  {
    kind: "litellm",
    name: "another salt key",
    code: "salt-key-changed",
    only: "asked",
    inject: (lab) => lab.setEnv({ LITELLM_SALT_KEY: "another-salt-key-0123" }),
  },
  {
    kind: "litellm",
    name: "another port in its command",
    code: "service-port-mismatch",
    inject: (lab) => lab.edit(compose, (text) => text.replace('"--port", "4000"', '"--port", "4001"')),
    byHand: (lab) => lab.restore(),
  },
];
