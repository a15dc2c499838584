import { expect, test } from "vitest";
import type { CheckResult } from "../../../../src/doctor/check.ts";
import {
  checkBeside,
  checkListening,
  checkPorts,
  checkTwice,
  type PortHost,
  type PortNeed,
} from "../../../../src/doctor/checks/ports.ts";
import type { PortSpec } from "../../../../src/model/stack.ts";
import { port, service } from "../../../support/sample-stack.ts";

const need = (service: string, number: number | null, changes: Partial<PortSpec> = {}): PortNeed => ({
  service,
  port: { ...port(number), ...changes },
  variable: `${service.toUpperCase()}_PORT`,
});

/** A machine on which these ports are taken. */
const machine = (taken: readonly number[], changes: Partial<PortHost> = {}): PortHost => ({
  isFree: async ({ port: number }) => !taken.includes(number),
  isForbidden: async () => false,
  answers: async () => false,
  owner: async () => ({ pid: 4711, name: "python3", command: "litellm --port 4000" }),
  container: async () => null,
  ...changes,
});

const errorIn = (result: CheckResult) => {
  if (result.verdict !== "problem") throw new Error(`no problem: ${result.text}`);
  return result.error;
};

test("free ports must be told by their numbers", async () => {
  expect(await checkPorts([need("db", 5432), need("web", 3001)], machine([]))).toEqual({
    verdict: "ok",
    text: "ports 5432 3001 free",
  });
  expect(await checkPorts([need("db", 5432)], machine([]))).toMatchObject({ text: "port 5432 free" });
});

test("a port that the engine chooses must not be asked for", async () => {
  expect(await checkPorts([need("db", null)], machine([]))).toEqual({ verdict: "skipped", text: "no port to open" });
});

test("a taken port must be told with the program that has it, and a port that is really free", async () => {
  const error = errorIn(await checkPorts([need("litellm", 4000)], machine([4000, 4001, 4002])));
  expect(error).toMatchObject({
    code: "port-taken",
    exitCode: 4,
    service: "litellm",
    message: "port 4000 is taken by python3 (pid 4711: litellm --port 4000)",
    fixes: [
      {
        command: "goat-dev up --set LITELLM_PORT=4003",
        effect: "stop it, or move litellm to 4003: writes it into .env",
      },
    ],
  });
});

test("a port that is wanted by another service must not be offered", async () => {
  const error = errorIn(await checkPorts([need("a", 4000), need("b", 4001)], machine([4000])));
  expect(error.fixes[0]?.command).toBe("goat-dev up --set A_PORT=4002");
});

test("one command must move every service whose port is taken, each to a port of its own", async () => {
  const error = errorIn(await checkPorts([need("a", 4000), need("b", 4001)], machine([4000, 4001])));
  expect(error.fixes.map(({ command }) => command)).toEqual(["goat-dev up --set A_PORT=4002 --set B_PORT=4003"]);
});

test("a container must be named before the engine's own process that stands in its place", async () => {
  const host = machine([4000], { container: async () => "container web-1 of shop" });
  expect(errorIn(await checkPorts([need("a", 4000)], host)).message).toBe(
    "port 4000 is taken by container web-1 of shop",
  );
});

test("an owner that nobody may see must be told as such", async () => {
  const host = machine([4000], { owner: async () => null });
  expect(errorIn(await checkPorts([need("a", 4000)], host)).message).toContain("this user may not see which");
});

test("every taken port must be told, with a fix for all", async () => {
  const error = errorIn(await checkPorts([need("a", 4000), need("b", 5000), need("c", 6000)], machine([4000, 6000])));
  expect(error.message).toMatch(/^port 4000 .+; port 6000 /);
  expect(error.fixes).toHaveLength(1);
});

test("a port that no variable moves must be moved in the file", async () => {
  const error = errorIn(await checkPorts([{ ...need("extra", 4000), variable: null }], machine([4000])));
  expect(error.fixes[0]?.command).toBe("edit the port of extra in the Compose file");
});

test("a port that two services want must be told as that", () => {
  const [found] = checkTwice([need("a", 4000), need("b", 4000)]).map(errorIn);
  expect(found).toMatchObject({ code: "port-taken", message: "a and b both want port 4000" });
  expect(checkTwice([need("a", 4000), need("b", 4000, { protocol: "udp" })])).toEqual([]);
});

test("a port on every address must clash with the same port on one address", () => {
  const [found] = checkTwice([need("a", 4000), need("b", 4000, { hostIp: "0.0.0.0" })]).map(errorIn);
  expect(found?.message).toBe("a and b both want port 4000");
  expect(checkTwice([need("a", 4000), need("b", 4000, { hostIp: "127.0.0.2" })])).toEqual([]);
});

test("a port that this user may not open must be told as that, with one that may be", async () => {
  const host = machine([], { isForbidden: async ({ port: number }) => number < 1024 });
  const error = errorIn(await checkPorts([need("litellm", 80), need("db", 5432)], host));
  expect(error).toMatchObject({
    code: "port-forbidden",
    exitCode: 4,
    service: "litellm",
    message: "port 80 of litellm may not be opened by this user: it is below 1024, or reserved",
  });
  expect(error.fixes[0]?.command).toBe("goat-dev up --set LITELLM_PORT=1024");
});

const onSixth: Partial<PortHost> = { answers: async (host) => host === "::1" };

test("a program where localhost may lead instead must be named, with what to ask", async () => {
  const families: unknown[] = [];
  const owner: PortHost["owner"] = async (_port, family) => {
    families.push(family);
    return { pid: 4711, name: "python3", command: "http.server" };
  };
  const found = await checkBeside([need("litellm", 4000)], machine([], { ...onSixth, owner }));
  expect(found).toEqual([
    {
      verdict: "warning",
      text: "python3 (pid 4711: http.server) listens on [::1]:4000, where localhost may lead instead of to litellm: programs should ask 127.0.0.1:4000",
    },
  ]);
  expect(families).toEqual([6]);
});

test("it must be told also where nobody may see whose it is, and for a port of ::1", async () => {
  const host = machine([], { answers: async (address) => address === "127.0.0.1", owner: async () => null });
  const [found] = await checkBeside([need("litellm", 4000, { hostIp: "::1" })], host);
  expect(found?.text).toMatch(
    /^another program \(this user may not see which\) listens on 127\.0\.0\.1:4000, .* should ask \[::1\]:4000$/,
  );
});

test.each<[string, readonly PortNeed[]]>([
  ["the stack itself has both", [need("a", 4000), need("a", 4000, { hostIp: "::1" })]],
  ["the mapping has every address", [need("a", 4000, { hostIp: "" })]],
  ["the mapping is for another address", [need("a", 4000, { hostIp: "192.168.1.5" })]],
  ["the engine chooses the port", [need("a", null)]],
])("nobody is beside a port where %s", async (_what, needs) => {
  expect(await checkBeside(needs, machine([], { answers: async () => true }))).toEqual([]);
});

test.each([
  [["--port", "4001"], true],
  [["--port=4001"], true],
  [["--port", "4000"], false],
  [["--config", "x.yaml"], false],
  [["--port"], false],
  [["--port", "os.environ/PORT"], false],
])("a port of the gateway's command that nobody publishes must be told: %j", (command, isTold) => {
  const published = { ...port(14_000), container: 4000 };
  const found = checkListening(service("litellm", { ports: [published], docker: { command } }));
  expect(found.map(errorIn).map(({ code, message }) => `${code} ${message}`)).toEqual(
    isTold ? ["service-port-mismatch litellm listens on port 4001 inside, and port 4000 is published"] : [],
  );
});
