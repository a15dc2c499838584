import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { GoatError } from "../../../src/errors/goat-error.ts";
import { becauseOfCertificate } from "../../../src/gateway/certificate.ts";
import type { Route } from "../../../src/gateway/routes.ts";
import { tempFolder } from "../../support/temp.ts";

const startTls = async (): Promise<number> => {
  const folder = tempFolder();
  const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  const files = ["-keyout", key, "-out", cert, "-days", "2", "-nodes", "-subj", "/CN=localhost"];
  execFileSync("openssl", ["req", "-x509", "-newkey", "rsa:2048", ...files], { stdio: "pipe" });
  const server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
};

const routeTo = (apiBase: string): Route => ({
  name: "nearby",
  provider: "vllm",
  upstream: "openai/nearby",
  keyVariables: [],
  mode: "chat",
  apiBase,
  mock: false,
  line: 4,
});

const cut = new GoatError("provider-refused", "nearby's provider does not answer", {
  evidence: ["500 Connection error."],
  fixes: [
    { command: "goat-dev ask", effect: "asks again" },
    { command: "goat-dev logs litellm", effect: "shows the whole answer" },
  ],
});

const explained = (error: unknown, route: Route | undefined) =>
  becauseOfCertificate(error, route, AbortSignal.timeout(10_000));

test("a call that a certificate cuts must be told as that, with the variable that mends it", async () => {
  const port = await startTls();
  expect(await explained(cut, routeTo(`https://127.0.0.1:${port}/v1`))).toMatchObject({
    code: "provider-refused",
    message: `the certificate of 127.0.0.1:${port} is not one that the gateway trusts`,
    evidence: ["500 Connection error.", expect.stringContaining("DEPTH_ZERO_SELF_SIGNED_CERT")],
    fixes: [{ command: "goat-dev up --set GOAT_DEV_CA_FILE=/path/to/ca.pem" }, { command: "goat-dev logs litellm" }],
  });
});

test("any other failure must come back as it is", async () => {
  const answered = new GoatError("provider-refused", "refused", { evidence: ["401 Incorrect API key"] });
  expect(await explained(answered, routeTo("https://127.0.0.1:1/v1"))).toBe(answered);
  for (const address of ["https://127.0.0.1:1/v1", "http://127.0.0.1:1/v1", "os.environ/BASE"])
    expect(await explained(cut, routeTo(address))).toBe(cut);
  expect(await explained(cut, undefined)).toBe(cut);
  const other = new Error("other");
  expect(await explained(other, routeTo("https://127.0.0.1:1/v1"))).toBe(other);
});
