import { describe, expect, test } from "vitest";
import { type Doing, engineWords, guarded, translate, unlessStatus } from "../../../../src/engine/docker/errors.ts";
import { GoatError } from "../../../../src/errors/goat-error.ts";

const answer = (statusCode: number, message: string): Error =>
  Object.assign(new Error(`(HTTP code ${statusCode}) server error - ${message} `), { statusCode, json: { message } });

const start: Doing = { verb: "start", subject: "goat-litellm-1", service: "litellm" };
const create: Doing = { verb: "create", subject: "goat-litellm-1", image: "litellm:1" };

describe("an engine's answer", () => {
  test.each([
    "driver failed programming external connectivity on endpoint goat-litellm-1 (0c5f): Bind for 127.0.0.1:4000 failed: port is already allocated",
    "driver failed programming external connectivity on endpoint goat-litellm-1 (0c5f): Error starting userland proxy: listen tcp4 127.0.0.1:4000: bind: address already in use",
    "failed to set up container networking: driver failed programming external connectivity on endpoint x (1a): failed to bind host port for 0.0.0.0:4000:172.17.0.2:80/tcp: address already in use",
    "Ports are not available: exposing port TCP 127.0.0.1:4000 -> 0.0.0.0:0: listen tcp 127.0.0.1:4000: bind: An attempt was made to access a socket",
    "driver failed programming external connectivity on endpoint x (1a): Bind for :::4000 failed: port is already allocated",
    "rootlessport listen tcp [::1]:4000: bind: address already in use",
  ])("about a taken port must name it: %s", (words) => {
    expect(translate(answer(500, words), start)).toMatchObject({
      code: "port-taken",
      exitCode: 4,
      service: "litellm",
      message: "goat-litellm-1 cannot start: port 4000 is taken",
      evidence: [words],
      fixes: expect.arrayContaining([expect.objectContaining({ command: "docker ps --filter publish=4000" })]),
    });
  });

  test("about a taken port that it does not name must still be told as one", () => {
    expect(translate(answer(500, "address already in use"), start)).toMatchObject({ code: "port-taken" });
  });

  test.each(["create", "rename"] as const)("409 on %s must be a taken name", (verb) => {
    const words = 'Conflict. The container name "/goat-litellm-1" is already in use by container "0c5f".';
    expect(translate(answer(409, words), { verb, subject: "0c5f" })).toMatchObject({
      code: "name-taken",
      message: "the container name goat-litellm-1 is taken",
    });
  });

  test("404 on an image must be a missing image, and on anything else a refusal", () => {
    expect(translate(answer(404, "No such image: litellm:1"), create)).toMatchObject({ code: "image-unavailable" });
    expect(translate(answer(404, "network goat_default not found"), create)).toMatchObject({ code: "engine-refused" });
  });

  test("Podman's refusal of a taken name must be told as one, and name it", () => {
    const words =
      'container create: creating container storage: the container name "shop-web-1" is already in use by 0c5f. You have to remove that container to be able to reuse that name: that name is already in use';
    expect(translate(answer(500, words), { verb: "create", subject: "x" })).toMatchObject({
      code: "name-taken",
      message: "the container name shop-web-1 is taken",
    });
    const renaming = "renaming container 0c5f: name shop-web-1 already in use, cannot rename container 0c5f";
    expect(translate(answer(409, renaming), { verb: "rename", subject: "x" })).toMatchObject({
      message: "the container name shop-web-1 is taken",
    });
  });

  test("about an absent mount source must name the path", () => {
    const words = 'invalid mount config for type "bind": bind source path does not exist: /p/dev/litellm-config.yaml';
    expect(translate(answer(400, words), create)).toMatchObject({
      code: "mount-source-missing",
      message: "/p/dev/litellm-config.yaml, mounted into goat-litellm-1, does not exist",
    });
  });

  test.each([
    "could not find an available, non-overlapping IPv4 address pool among the defaults to assign to the network",
    "all predefined address pools have been fully subnetted",
    "could not find free subnet from subnet pools",
  ])("about addresses that are used up must lead to networks that nobody uses: %s", (words) => {
    const error = translate(answer(500, words), { verb: "create", subject: "goat_default" });
    expect(error).toMatchObject({
      code: "network-addresses-used-up",
      message: "the engine has no addresses left for goat_default",
      fixes: [{ command: "docker network prune" }, { command: "docker network ls" }],
    });
  });

  test("about its full disk must say whose disk it is", () => {
    const words = "mkdir /var/lib/docker/overlay2/0c5f-init: no space left on device";
    expect(translate(answer(500, words), create)).toMatchObject({
      code: "disk-full",
      message: "the engine's disk is full: there is no room for goat-litellm-1",
    });
  });

  test.each([
    ["rootlessport cannot expose privileged port 80, you can add 'net.ipv4.ip_unprivileged_port_start=80'", "port 80"],
    ["Error starting userland proxy: listen tcp4 127.0.0.1:443: bind: permission denied", "port 443"],
    [
      "Ports are not available: exposing port TCP 127.0.0.1:4000 -> 0.0.0.0:0: listen tcp 127.0.0.1:4000: bind: An attempt was made to access a socket in a way forbidden by its access permissions.",
      "port 4000",
    ],
  ])("about a port that it may not open must not be told as a taken one: %s", (words, port) => {
    expect(translate(answer(500, words), start)).toMatchObject({
      code: "port-forbidden",
      message: `goat-litellm-1 cannot start: the engine may not open ${port}`,
    });
  });

  test("of any other kind must be a refusal in the engine's words", () => {
    expect(translate(answer(500, "exec format error of a kind"), create)).toMatchObject({
      code: "engine-refused",
      message: "cannot create goat-litellm-1: exec format error of a kind",
    });
  });

  test("without JSON must lose its HTTP wrapping", () => {
    expect(engineWords(new Error("(HTTP code 502) unexpected - <html> "))).toBe("<html>");
  });
});

describe("other errors", () => {
  test.each(["ENOENT", "ECONNREFUSED", "ECONNRESET", "EPIPE", "EACCES"])(
    "%s must mean that the engine is unreachable",
    (code) => {
      const error = Object.assign(new Error(code), { code });
      expect(translate(error, start)).toMatchObject({ code: "engine-unreachable", cause: error });
    },
  );

  test("an abort must stay one, with the signal's own reason", () => {
    const reset = Object.assign(new Error("aborted"), { code: "ECONNRESET" });
    const deadline = new DOMException("too late", "TimeoutError");
    expect(translate(reset, start, AbortSignal.abort(deadline))).toBe(deadline);
    expect(translate(reset, start, AbortSignal.abort("because"))).toMatchObject({ name: "AbortError" });
    const abort = new DOMException("stop", "AbortError");
    expect(translate(abort, start)).toBe(abort);
  });

  test("ours must pass unchanged", () => {
    const ours = new GoatError("port-taken", "x");
    expect(translate(ours, start)).toBe(ours);
  });

  test("what nobody knows must keep its cause", () => {
    const odd = new Error("odd");
    expect(translate(odd, start)).toMatchObject({ code: "engine-refused", cause: odd });
  });
});

test("nothing must run once the signal has fired", async () => {
  let ran = false;
  const work = guarded(start, AbortSignal.abort(), async () => {
    ran = true;
  });
  await expect(work).rejects.toMatchObject({ name: "AbortError" });
  expect(ran).toBe(false);
});

test("only the named statuses must count as already so", async () => {
  const fail = (status: number) => () => Promise.reject(answer(status, "x"));
  expect(await unlessStatus([304, 404], "so", fail(304))).toBe("so");
  await expect(unlessStatus([304, 404], "so", fail(409))).rejects.toMatchObject({ statusCode: 409 });
  await expect(unlessStatus([304], "so", () => Promise.reject(new Error("x")))).rejects.toThrow("x");
});
