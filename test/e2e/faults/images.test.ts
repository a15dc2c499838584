import { expect, inject, onTestFinished, test } from "vitest";
import { docker } from "../../support/docker.ts";
import { describeOnEngine } from "../../support/scenario-hooks.ts";
import { startProxy } from "./engine-proxy.ts";
import { refuse, startRegistry } from "./registry.ts";
import { expectWell, failureOf, idle, openStack } from "./small-stack.ts";

/** Gives the base image another name, as a pull would have; the name is gone when the test is. */
const provide = async (image: string): Promise<void> => {
  onTestFinished(async () => void (await docker("image", "rm", image).catch(() => undefined)));
  await docker("tag", inject("e2e").base, image);
};

describeOnEngine("an image that is not here", () => {
  test("up must name an image that its registry lacks, and what to type; the next up must not stumble over it", async () => {
    const registry = await startRegistry(refuse(404, "MANIFEST_UNKNOWN", "manifest unknown"));
    const image = `${registry.host}/shop/api:1`;
    const stack = await openStack({ other: idle, api: { ...idle, image } });
    const up = await stack.run(["up", "--json"]);
    const error = failureOf(up, 1, "image-unavailable");
    expect(error.message).toContain(`the image ${image} cannot be pulled`);
    expect(error.message).toMatch(/manifest unknown|not found/);
    expect(error.fixes.map(({ command }) => command)).toEqual([`docker pull ${image}`]);
    expect(registry.requests.filter((request) => request.includes("/manifests/")).length).toBeLessThan(3);
    expect((await stack.containers()).map(({ service }) => service)).not.toContain("api");

    await provide(image);
    await expectWell(stack);
  });

  test("up must try again while a registry has had enough calls, and say docker login in the end", async () => {
    const registry = await startRegistry(refuse(429, "TOOMANYREQUESTS", "You have reached your pull rate limit"));
    const image = `${registry.host}/shop/api:2`;
    const stack = await openStack({ api: { ...idle, image } });
    const error = failureOf(await stack.run(["up", "--json"]), 1, "image-unavailable");
    expect(error.message).toContain("tried 4 times");
    expect(error.text).toContain("pull rate limit");
    expect(error.fixes.map(({ command }) => command)).toEqual([`docker login ${registry.host}`]);
    await provide(image);
    await expectWell(stack);
  });

  test("up must say docker login where a registry refuses", async () => {
    const registry = await startRegistry(refuse(403, "DENIED", "requested access to the resource is denied"));
    const image = `${registry.host}/shop/api:3`;
    const stack = await openStack({ api: { ...idle, image } });
    const error = failureOf(await stack.run(["up", "--json"]), 1, "image-unavailable");
    expect(error.text).toContain("denied");
    expect(error.fixes[0]?.command).toBe(`docker login ${registry.host}`);
    await provide(image);
    await expectWell(stack);
  });

  test("up must name an image that goes between the plan and its container, and be well once it is back", async () => {
    const image = `goat-test/vanishing:${Date.now()}`;
    await provide(image);
    const stack = await openStack({ api: { ...idle, image } });
    const proxy = await startProxy(stack.path("..", "engine.sock"));
    proxy.onRequest(async (request) => {
      if (request.startsWith("POST /containers/create")) await docker("image", "rm", image);
    });
    const error = failureOf(await stack.run(["up", "--json"], { env: proxy.env }), 1, "image-unavailable");
    expect(error).toMatchObject({ service: "api", message: `the image ${image} is not here` });
    expect(error.fixes[0]?.command).toBe(`docker pull ${image}`);
    await provide(image);
    await expectWell(stack);
  });

  test("up must not pull where the file says never", async () => {
    const registry = await startRegistry(refuse(404, "MANIFEST_UNKNOWN", "manifest unknown"));
    const image = `${registry.host}/shop/api:4`;
    const stack = await openStack({ api: { ...idle, image, pull_policy: "never" } });
    const error = failureOf(await stack.run(["up", "--json"]), 1, "image-unavailable");
    expect(error).toMatchObject({ service: "api", message: `the image ${image} is not here` });
    expect(registry.requests).toEqual([]);
    await provide(image);
    await expectWell(stack);
  });
});
