import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { LocalService } from "../../../../src/engine/processes/runtime.ts";
import { argumentsOf, publishedPort } from "../../../../src/runtimes/litellm/runtime.ts";

const local = (command: readonly string[], more: Partial<LocalService> = {}): LocalService => ({
  service: "litellm",
  container: "goat-litellm-1",
  command,
  environment: {},
  ports: [{ hostIp: "127.0.0.1", host: 4001, container: 4000, protocol: "tcp" }],
  mounts: [],
  workingDir: "/project",
  logFolder: "/logs",
  ...more,
});

describe("LiteLLM's arguments", () => {
  test("the host's port must take the place of the container's", () => {
    const command = ["--config", "/project/dev/litellm-config.yaml", "--port", "4000"];
    expect(argumentsOf(local(command))).toEqual([
      ...["--config", "/project/dev/litellm-config.yaml", "--host", "127.0.0.1", "--port", "4001"],
    ]);
  });

  test("an address or port must be replaced in either form, and the program's own name left out", () => {
    expect(argumentsOf(local(["litellm", "--host=0.0.0.0", "--port=4000", "--debug"]))).toEqual([
      ...["--debug", "--host", "127.0.0.1", "--port", "4001"],
    ]);
  });

  test("a port published to the network must be served to the network, as the Compose file says", () => {
    const ports = [{ hostIp: "0.0.0.0", host: 4000, container: 4000, protocol: "tcp" }] as const;
    expect(argumentsOf(local([], { ports }))).toEqual(["--host", "0.0.0.0", "--port", "4000"]);
    expect(argumentsOf(local([], { ports: [{ ...ports[0], hostIp: "" }] }))).toContain("127.0.0.1");
  });

  test("a config that the image's working folder completes must be the mounted one", () => {
    const mounts = [{ target: "/app/config.yaml", path: "/project/own.yaml", kind: "bind" }] as const;
    expect(argumentsOf(local(["--config", "config.yaml"], { mounts }))).toContain("/project/own.yaml");
    expect(argumentsOf(local(["--config", "./config.yaml"], { mounts }))).toContain("/project/own.yaml");
  });

  test("the published port must be that of what the command listens on", () => {
    const ports = [
      { hostIp: "", host: 9090, container: 9090, protocol: "tcp" },
      { hostIp: "", host: 4444, container: 8000, protocol: "tcp" },
    ] as const;
    expect(publishedPort(["--port", "8000"], ports)?.host).toBe(4444);
    expect(publishedPort(["--config", "x"], ports)).toBeUndefined();
    expect(publishedPort([], [{ hostIp: "", host: null, container: 4000, protocol: "tcp" }])).toBeUndefined();
  });

  test("every other argument must stay, in its order", () => {
    const word = fc.stringMatching(/^-{0,2}[a-z_]{1,12}$/).filter((text) => !/^--(?:host|port)$|^litellm$/.test(text));
    fc.assert(
      fc.property(fc.array(word), (words) => {
        expect(argumentsOf(local(words)).slice(0, -4)).toEqual(words);
      }),
    );
  });
});
