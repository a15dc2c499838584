import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { type Harness, limitMs } from "./rig.ts";
import { useRig } from "./scenes.ts";

/** What engines must do whose containers have a network of their own. */
export const hostGatewayContract = (harness: Harness): void => {
  const { scene } = useRig(harness);

  test("host-gateway in extra_hosts must lead to this machine", async () => {
    const server = createServer((socket) => socket.end("hello from the machine")).listen(0, "0.0.0.0");
    await once(server, "listening");
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const { engine, run, service } = await scene();
    const hosts = { extraHosts: ["host.docker.internal:host-gateway"] };
    const container = await run(service("web", "exec sleep 1000", { docker: hosts }));
    const command = ["bash", "-c", `cat </dev/tcp/host.docker.internal/${port}`];
    expect(await engine.exec(container, command, AbortSignal.timeout(limitMs))).toEqual({
      exitCode: 0,
      output: "hello from the machine",
    });
  });
};
