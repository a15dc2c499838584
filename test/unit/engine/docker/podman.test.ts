import { networkInterfaces } from "node:os";
import { expect, test } from "vitest";
import { container, containerSpec, create, limit, openDocker, service, stack } from "../../../support/docker-scene.ts";

const outer = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .find(({ internal, family }) => !internal && family === "IPv4")?.address;

/** What the engine was asked to write into the container's hosts file. */
const asked = async (server: string, answers: Readonly<Record<string, object>> = {}): Promise<unknown> => {
  const { docker, apply, networks } = await openDocker();
  docker.intercept = ({ url }, response) => {
    const path = url.pathname.replace(/^\/v[\d.]+/, "");
    if (path === "/_ping") response.writeHead(200, { server }).end("OK");
    else if (path in answers) response.writeHead(200).end(JSON.stringify(answers[path]));
    else return false;
    return true;
  };
  await networks("default", "public");
  const extraHosts = ["host.docker.internal:host-gateway", "db:10.0.0.1"];
  await apply({ ...create, service: { ...service, run: { docker: { ...containerSpec(), extraHosts } } } });
  return docker.state.find(container).body.HostConfig?.ExtraHosts;
};

const network = { "/networks/goat_default": { IPAM: { Config: [{ Gateway: "10.89.0.1" }] } } };

test("Podman below 4.7 must be given the gateway of the container's network for host-gateway, and nothing else changed", async () => {
  const hosts = await asked("Libpod/4.3.1 (linux)", { "/info": { Rootless: false }, ...network });
  expect(hosts).toEqual(["host.docker.internal:10.89.0.1", "db:10.0.0.1"]);
});

test("Podman without root must be given an address of this machine, since the network's gateway is none", async () => {
  const hosts = await asked("Libpod/4.3.1 (linux)", { "/info": { Rootless: true }, ...network });
  expect(hosts).toEqual([`host.docker.internal:${outer ?? "host-gateway"}`, "db:10.0.0.1"]);
});

test.each(["Docker/20.10.24 (linux)", "Libpod/4.7.0 (linux)", "Libpod/5.2.1 (linux)"])(
  "%s knows host-gateway, and must be given it",
  async (server) => {
    expect(await asked(server)).toEqual(["host.docker.internal:host-gateway", "db:10.0.0.1"]);
  },
);

test.each([
  ["Libpod/4.3.1 (linux)", { kind: "exec", command: ["/bin/sh", "-c", "test -f /ready"], limitMs: 5_000 }],
  ["Docker/20.10.24 (linux)", { kind: "engine-health" }],
])("on %s a health check must be asked by whoever does it", async (server, ready) => {
  const { docker, engine } = await openDocker();
  docker.intercept = ({ url }, response) => {
    if (url.pathname !== "/_ping") return false;
    response.writeHead(200, { server }).end("OK");
    return true;
  };
  await engine.probe(limit());
  const healthCheck = { disabled: false, test: ["CMD-SHELL", "test -f /ready"], timeoutMs: 5_000 } as const;
  const checked = {
    ...service,
    ready: { kind: "engine-health" },
    run: { docker: { ...containerSpec(), healthCheck } },
  } as const;
  expect(engine.fit?.({ ...stack, services: [checked] }).services[0]?.ready).toEqual(ready);
});
