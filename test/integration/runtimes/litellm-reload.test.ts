import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, renameSync, rmSync } from "node:fs";
import { Agent, request } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemClock } from "../../../src/platform/clock.ts";
import {
  bootReloading,
  type ReloadingLitellm,
  realRuntime,
  startProvider,
  startTraces,
} from "../../support/reloading-litellm.ts";

const limitMs = 180_000;
const installLimitMs = 600_000;

beforeAll(async () => {
  await realRuntime.install({ signal: AbortSignal.timeout(installLimitMs), progress: () => undefined });
}, installLimitMs);

const route = (name: string, more = ""): string =>
  `  - { model_name: ${name}, litellm_params: { model: openai/gpt-4o-mini, api_key: none, ${more || 'mock_response: "Hello"'} } }\n`;

const settings = "general_settings: { master_key: os.environ/LITELLM_MASTER_KEY }\n";

const configOf = (...names: readonly string[]): string =>
  `model_list:\n${names.map((name) => route(name)).join("")}${settings}`;

const openFiles = (pid: number): number => readdirSync(`/proc/${pid}/fd`).length;

const threadsOf = (pid: number): number => readdirSync(`/proc/${pid}/task`).length;

/** The letter of the kernel: T stands still. */
const stateOf = (pid: number): string => readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.charAt(0) ?? "";

interface Load {
  readonly failures: string[];
  done: number;
  closed: number;
}

/** One client with one connection that it holds open, call after call; every second call is a stream. */
const keepCalling = async (gateway: ReloadingLitellm, load: Load, signal: AbortSignal): Promise<void> => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  for (let call = 0; !signal.aborted; call += 1) {
    const failed = await callOnce(gateway, agent, call % 2 === 1, load).catch((error: Error) => error.message);
    if (failed !== null) load.failures.push(failed);
    load.done += 1;
    await systemClock.sleep(10, new AbortController().signal);
  }
  agent.destroy();
};

const callOnce = (gateway: ReloadingLitellm, agent: Agent, stream: boolean, load: Load): Promise<string | null> =>
  new Promise((resolve, reject) => {
    const { headers } = gateway;
    const sent = request(`${gateway.url}/chat/completions`, { method: "POST", headers, agent }, (response) => {
      if (response.headers.connection === "close") load.closed += 1;
      let text = "";
      response.setEncoding("utf8").on("data", (piece: string) => (text += piece));
      response.once("error", reject).once("end", () => {
        const whole = response.statusCode === 200 && (!stream || text.includes("[DONE]"));
        resolve(whole ? null : `${response.statusCode} ${text}`);
      });
    });
    sent.once("error", reject);
    sent.end(JSON.stringify({ model: "mock", stream, messages: [{ role: "user", content: "hi" }] }));
  });

/** A connection of its own, and whatever comes over it. */
const openConnection = async (gateway: ReloadingLitellm) => {
  const socket = connect(gateway.port, "127.0.0.1");
  await once(socket, "connect");
  let heard = "";
  socket.setEncoding("utf8").on("data", (piece: string) => (heard += piece));
  const say = (text: string): void => void socket.write(text.replaceAll("\n", "\r\n"));
  return { socket, say, heard: () => heard, forget: () => (heard = "") };
};

const askServed = "GET /goat-dev/served HTTP/1.1\nHost: x\n\n";

describe("a running gateway", () => {
  let home: string;
  let gateway: ReloadingLitellm;
  let provider: Awaited<ReturnType<typeof startProvider>>;
  const served = (...names: readonly string[]): string =>
    `model_list:\n${route("mock", `api_base: "${provider.baseUrl}"`).replace("none", "os.environ/MY_KEY")}${names.map((name) => route(name)).join("")}${settings}`;
  const names = async (): Promise<string> => (await gateway.models()).filter((name) => name !== "mock").join();

  beforeAll(async () => {
    provider = await startProvider(40);
    home = mkdtempSync(join(tmpdir(), "goat-dev-test-"));
    // Only connections that cannot move are closed after a time.
    gateway = await bootReloading(served("one"), { MY_KEY: "sk-first", GOAT_DEV_LINGER_SECONDS: "0" }, home);
    await gateway.untilReady();
  }, limitMs);

  afterAll(async () => {
    await gateway[Symbol.asyncDispose]();
    await provider[Symbol.asyncDispose]();
    rmSync(home, { recursive: true, force: true });
  }, limitMs);

  test("must take over an edited config as a whole, by either kind of save, and by either way of asking", {
    timeout: limitMs,
  }, async () => {
    const before = await gateway.ask("status");
    gateway.write(served("two", "three"));
    const told = await gateway.ask("reload");
    expect(told).toMatchObject({ ok: true, generation: 2 });
    expect(told.pid).not.toBe(before.pid);
    expect(await names()).toBe("two,three");
    gateway.replace(served("four"));
    gateway.signal("SIGHUP");
    await gateway.until(async () => (await names()) === "four");
    expect(await (await fetch(`${gateway.url}/goat-dev/served`)).json()).toEqual({
      generation: 3,
      variables: [],
      files: { [gateway.config]: expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
    await gateway.until(() => gateway.family().length === 2);
  });

  test("must keep its configuration where the new one cannot be served, and tell the place", {
    timeout: limitMs,
  }, async () => {
    const { pid, generation } = await gateway.ask("status");
    gateway.write("model_list:\n  - model_name: x\n bad: [\n");
    const told = await gateway.ask("reload");
    expect(told).toMatchObject({ ok: false, why: expect.stringMatching(/config\.yaml:3:2: /) });
    gateway.write(`model_list: 5\n${settings}`);
    expect(await gateway.ask("reload")).toMatchObject({ ok: false, why: expect.stringMatching(/config\.yaml:1:13: /) });
    expect(await names()).toBe("four");
    expect(await gateway.ask("status")).toMatchObject({ pid, generation });
    gateway.write(served("five"));
    expect(await gateway.ask("reload")).toMatchObject({ ok: true });
    expect(await names()).toBe("five");
  });

  test("must take over a provider's key that no process list shows, but not with a config that is refused", {
    timeout: limitMs,
  }, async () => {
    const keysAsked = async (): Promise<string | undefined> => {
      expect((await gateway.chat()).status).toBe(200);
      return provider.keys.at(-1);
    };
    expect(await keysAsked()).toBe("Bearer sk-first");
    gateway.write("model_list: [\n");
    expect(await gateway.ask("reload", { MY_KEY: "sk-never" })).toMatchObject({ ok: false });
    gateway.write(served("five"));
    expect(await gateway.ask("reload")).toMatchObject({ ok: true, environment: {} });
    expect(await keysAsked()).toBe("Bearer sk-first");
    expect(await gateway.ask("reload", { MY_KEY: "sk-second" })).toMatchObject({
      ok: true,
      environment: { MY_KEY: expect.stringMatching(/^[0-9a-f]{12}$/) },
    });
    await gateway.until(async () => (await keysAsked()) === "Bearer sk-second");
    for (const pid of gateway.family()) expect(readFileSync(`/proc/${pid}/cmdline`, "utf8")).not.toContain("sk-");
    expect(gateway.log()).not.toContain("sk-second");
  });

  test("must reload where its folder was replaced by another of the same name, as by a checkout", {
    timeout: limitMs,
  }, async () => {
    const folder = dirname(gateway.config);
    const before = `${folder} before`;
    renameSync(folder, before);
    mkdirSync(folder);
    for (const name of readdirSync(before)) renameSync(join(before, name), join(folder, name));
    rmSync(before, { recursive: true });
    const { pid, ...told } = await gateway.ask("reload");
    expect(told).toMatchObject({ ok: true });
    expect(readlinkSync(`/proc/${pid}/cwd`)).toBe(folder);
  });

  test("must answer a burst of signals with few reloads, the last of which serves what was written last", {
    timeout: limitMs,
  }, async () => {
    const { generation = 0 } = await gateway.ask("status");
    for (let n = 0; n < 30; n += 1) {
      gateway.write(served(`burst-${n}`));
      gateway.signal("SIGHUP");
      await systemClock.sleep(5, AbortSignal.timeout(limitMs));
    }
    await gateway.until(async () => (await names()) === "burst-29");
    expect((await gateway.ask("status")).generation).toBeLessThan(generation + 10);
  });

  test("must fail no call and cut no stream while it is reloaded again and again, and leave nothing behind", {
    timeout: limitMs,
  }, async () => {
    const load: Load = { failures: [], done: 0, closed: 0 };
    const stop = new AbortController();
    const clients = Array.from({ length: 8 }, () => keepCalling(gateway, load, stop.signal));
    const seen: { readonly files: number; readonly threads: number }[] = [];
    for (let round = 0; round < 6; round += 1) {
      gateway.replace(served(`round-${round}`));
      expect(await gateway.ask("reload")).toMatchObject({ ok: true });
      expect(await names()).toBe(`round-${round}`);
      seen.push({ files: openFiles(gateway.pid), threads: threadsOf(gateway.pid) });
    }
    await gateway.until(() => load.done > 50);
    stop.abort();
    await Promise.all(clients);
    expect(load.failures).toEqual([]);
    expect(load.closed).toBe(0);
    await gateway.until(() => gateway.family().length === 2);
    expect(seen.at(-1)?.threads).toBe(1);
    expect(openFiles(gateway.pid)).toBeLessThanOrEqual(seen[0]?.files ?? 0);
  });

  test("must answer over connections that were open before, with the new configuration, and close none", {
    timeout: limitMs,
  }, async () => {
    const idle = await openConnection(gateway);
    const halfway = await openConnection(gateway);
    const busy = await openConnection(gateway);
    idle.say(askServed);
    await gateway.until(() => idle.heard().includes('"generation"'));
    const { generation: before = 0 } = await gateway.ask("status");
    const [begin = "", end = ""] = askServed.split("Host");
    halfway.say(begin);
    const body = JSON.stringify({ model: "mock", stream: true, messages: [{ role: "user", content: "hi" }] });
    const headers = Object.entries(gateway.headers).map(([name, value]) => `${name}: ${value}\n`);
    busy.say(`POST /chat/completions HTTP/1.1\nHost: x\nContent-Length: ${body.length}\n${headers.join("")}\n${body}`);
    await gateway.until(() => busy.heard().includes("data: "));
    expect(await gateway.ask("reload")).toMatchObject({ ok: true, generation: before + 1 });
    idle.forget();
    idle.say(askServed);
    await gateway.until(() => idle.heard().includes('"generation"'));
    expect(idle.heard()).toContain(`"generation": ${before + 1}`);
    expect((await gateway.chat()).status).toBe(200);
    halfway.say(`Host${end}`);
    await gateway.until(() => halfway.heard().includes('"generation"'));
    await gateway.until(() => busy.heard().includes("data: [DONE]") && busy.heard().endsWith("0\r\n\r\n"));
    // What they had begun with the former process is over: it ends, and they lead to the new one.
    await gateway.until(() => gateway.family().length === 2);
    for (const connection of [halfway, busy]) {
      connection.forget();
      connection.say(askServed);
      await gateway.until(() => connection.heard().includes(`"generation": ${before + 1}`));
    }
    for (const { socket } of [idle, halfway, busy]) {
      expect(socket.closed).toBe(false);
      socket.destroy();
    }
  });

  test("must answer what came while the machine slept, and reload afterwards", { timeout: limitMs }, async () => {
    const everybody = gateway.family();
    for (const pid of everybody) gateway.signal("SIGSTOP", pid);
    await gateway.until(() => everybody.every((pid) => stateOf(pid) === "T"));
    const asked = gateway.chat();
    const reloading = gateway.ask("reload");
    for (const pid of everybody) gateway.signal("SIGCONT", pid);
    expect((await asked).status).toBe(200);
    expect(await reloading).toMatchObject({ ok: true });
    expect((await gateway.chat()).status).toBe(200);
  });

  test("must go over to a new process where the former one hangs, and end that one", { timeout: limitMs }, async () => {
    const { pid = 0, generation = 0 } = await gateway.ask("status");
    gateway.signal("SIGSTOP", pid);
    await gateway.until(() => stateOf(pid) === "T");
    expect(await gateway.ask("reload")).toMatchObject({ ok: true, generation: generation + 1, retiring: 0 });
    expect((await gateway.chat()).status).toBe(200);
    expect(gateway.log()).toContain(`configuration ${generation} hangs`);
  });

  test("must end as its serving process does, and say so", { timeout: limitMs }, async () => {
    gateway.signal("SIGKILL", (await gateway.ask("status")).pid);
    expect(await gateway.ended).toBe(137);
    expect(gateway.log()).toMatch(/err goat-dev: LiteLLM ended with status 137\n$/);
  });
});

describe("a launcher", () => {
  test("must send every trace, of calls before, during and after a reload, and of those just before it is stopped", {
    timeout: limitMs,
  }, async () => {
    await using langfuse = await startTraces();
    await using gateway = await bootReloading(
      `${configOf("mock")}litellm_settings: { success_callback: ["langfuse"] }\n`,
      { LANGFUSE_HOST: langfuse.baseUrl, LANGFUSE_PUBLIC_KEY: "pk-lf-x", LANGFUSE_SECRET_KEY: "sk-lf-x" },
    );
    await gateway.untilReady();
    let calls = 0;
    const call = async (): Promise<void> => {
      expect((await gateway.chat()).status).toBe(200);
      calls += 1;
    };
    for (let round = 0; round < 3; round += 1) {
      await Promise.all([call(), call()]);
      await Promise.all([gateway.ask("reload"), call(), call(), call()]);
    }
    await Promise.all([call(), call(), call()]);
    gateway.signal("SIGTERM");
    expect(await gateway.ended).toBe(143);
    await gateway.gone();
    expect(langfuse.traces.size).toBe(calls);
  });

  test("must leave nobody on its port where it is killed", { timeout: limitMs }, async () => {
    await using gateway = await bootReloading(configOf("one"));
    await gateway.untilReady();
    await gateway.ask("reload");
    gateway.signal("SIGKILL");
    await gateway.gone();
  });

  test("must end with the status of a first configuration that cannot be served", { timeout: limitMs }, async () => {
    await using gateway = await bootReloading("model_list: [\n");
    expect(await gateway.ended).toBe(1);
    expect(gateway.log()).toContain("expected the node content");
  });

  test("must serve plainly, and say so, where it is told not to reload", { timeout: limitMs }, async () => {
    await using gateway = await bootReloading(configOf("one"), { GOAT_DEV_RELOAD: "off" });
    await gateway.untilReady();
    expect(await gateway.models()).toEqual(["one"]);
    expect(gateway.log()).toContain("err goat-dev: runs plain litellm, without reload: GOAT_DEV_RELOAD is off\n");
    expect(await gateway.ask("reload")).toMatchObject({ ok: false, why: expect.stringContaining("no launcher") });
    gateway.signal("SIGTERM");
    expect(await gateway.ended).toBe(143);
  });
});
