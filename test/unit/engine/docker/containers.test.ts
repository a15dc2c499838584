import { describe, expect, test } from "vitest";
import {
  container,
  containerSpec,
  create,
  limit,
  network,
  openDocker,
  refuse,
  service,
  stack,
} from "../../../support/docker-scene.ts";
import type { Intercept } from "../../../support/fake-docker.ts";

const anonymous = { kind: "anonymous" as const, target: "/scratch", readOnly: false };

describe("creating a container", () => {
  test("must not put the environment into a URL", async () => {
    const { docker, apply, networks } = await openDocker();
    await networks("default", "public");
    await apply(create);
    const made = docker.requests.find(({ url }) => url.pathname === "/containers/create");
    expect(made?.body).toMatchObject({ Env: ["API_KEY=s3cret-value"] });
    expect(docker.requests.map(({ url }) => url.href).join("\n")).not.toContain("s3cret");
  });

  test("must leave none behind where a further network cannot be joined", async () => {
    const { docker, apply, networks } = await openDocker();
    await networks("default");
    await expect(apply(create)).rejects.toMatchObject({
      code: "engine-refused",
      service: "web",
      message: expect.stringContaining("goat_public not found"),
    });
    expect(docker.state.containers).toEqual([]);
  });

  test("must hand on anonymous volumes by their engine's name, and remove them with the last of their containers", async () => {
    const { docker, apply, networks } = await openDocker();
    await networks("default", "public");
    const withVolume = { ...service, run: { docker: { ...containerSpec(), mounts: [anonymous] } } };
    await apply({ ...create, service: withVolume });
    const [old] = docker.state.containers;
    await apply({ ...create, service: withVolume, container: "goat-web-1-next", replaces: container });
    await apply({ type: "remove-container", container, anonymousVolumes: true });
    const [next] = docker.state.containers;
    expect(next?.mounts[0]?.Name).toBe(old?.mounts[0]?.Name);
    expect(docker.state.volumes.size).toBe(1);
    await apply({ type: "remove-container", container: "goat-web-1-next", anonymousVolumes: true });
    expect(docker.state.volumes.size).toBe(0);
  });
});

describe("a race with the engine", () => {
  test("a container that vanishes while it is observed must not be there", async () => {
    const { docker, engine, apply, networks } = await openDocker();
    await networks("default", "public");
    await apply(create);
    refuse(docker, "GET", /^\/containers\/[0-9a-f]+\/json$/, 404, "No such container");
    expect(await engine.observe({ stack: "goat", images: [] }, limit())).toMatchObject({ services: [] });
  });

  test("a removal that is under way must be waited for", async () => {
    const { docker, apply } = await openDocker();
    docker.intercept = ({ method, url }, response) => {
      if (method === "DELETE")
        response.writeHead(409).end('{"message":"removal of container x is already in progress"}');
      else if (url.pathname.endsWith("/wait")) response.writeHead(200).end('{"StatusCode":0}');
      else return false;
      return true;
    };
    await apply({ type: "remove-container", container, anonymousVolumes: false });
    expect(docker.requests.at(-1)?.url.href).toContain("condition=removed");
  });
});

describe("a network", () => {
  test("that Podman says is there already must be taken for made, where it is the stack's", async () => {
    const { docker, networks } = await openDocker();
    await networks("default");
    docker.intercept = ({ method, url }, response) => {
      if (method !== "POST" || url.pathname !== "/networks/create") return false;
      const message = "network name goat_default already used: network already exists";
      response.writeHead(500).end(JSON.stringify({ cause: "network already exists", message, response: 500 }));
      return true;
    };
    await networks("default");
    await expect(networks("public")).rejects.toMatchObject({ code: "engine-refused" });
  });

  test("of the same name that another stack made must be refused, not used", async () => {
    const { docker, networks } = await openDocker();
    docker.state.networks.set("goat_default", { id: "n", labels: { "com.docker.compose.project": "other" } });
    await expect(networks("default")).rejects.toMatchObject({
      code: "engine-refused",
      fixes: [expect.objectContaining({ command: "docker network rm goat_default" })],
    });
  });

  test("that nothing is on, and Docker counts something on all the same, must be told with what mends it", async () => {
    const { docker, apply, networks } = await openDocker();
    await networks("default");
    refuse(docker, "DELETE", /^\/networks\//, 403, "network goat_default has active endpoints");
    await expect(apply({ type: "remove-network", network: "goat_default" })).rejects.toMatchObject({
      code: "engine-refused",
      message: expect.stringContaining("no container is attached to it"),
      fixes: [expect.objectContaining({ command: "sudo systemctl restart docker" })],
    });
  });

  test("that is external must be neither made nor asked about", async () => {
    const { docker, apply } = await openDocker();
    await apply({
      type: "create-network",
      stack,
      network: { ...network("default"), external: true },
      fingerprint: "n",
    });
    expect(docker.state.networks.size).toBe(0);
  });
});

test("an external network that is there must be joined under its own name", async () => {
  const { docker, apply } = await openDocker();
  const theirs = { ...network("default"), name: "theirs", external: true };
  const spec = { ...service, run: { docker: { ...containerSpec(), networks: [{ network: "default", aliases: [] }] } } };
  const operation = { ...create, stack: { ...stack, networks: [theirs] }, service: spec };
  await expect(apply(operation)).rejects.toMatchObject({
    code: "engine-refused",
    fixes: [expect.objectContaining({ command: "docker network create theirs" })],
  });
  docker.state.networks.set("theirs", { id: "n", labels: {} });
  await apply(operation);
  expect([...(docker.state.containers[0]?.networks.keys() ?? [])]).toEqual(["theirs"]);
});

/** Refuses so often what is asked in this way, then lets it through. */
const refusing = (times: number, path: RegExp, status: number, message: string): Intercept => {
  let left = times;
  return ({ method, url }, response) => {
    if (method !== "POST" || !path.test(url.pathname) || left === 0) return false;
    left -= 1;
    response.writeHead(status).end(JSON.stringify({ message }));
    return true;
  };
};

test("a container that Docker takes for paused after it was resumed must be started all the same", async () => {
  const { docker, apply, networks } = await openDocker();
  await networks("default", "public");
  await apply(create);
  docker.intercept = refusing(2, /\/start$/, 409, "cannot start a paused container, try unpause instead");
  await apply({ type: "start-container", container });
  expect(docker.state.containers[0]?.status).toBe("running");
});

test("a network must be made although another engine takes an interface away while this one looks at them", async () => {
  const { docker, networks } = await openDocker();
  docker.intercept = refusing(2, /^\/networks\/create$/, 500, "route ip+net: no such network interface");
  await networks("default");
  expect(docker.state.networks.size).toBe(1);
});
