import { expect, onTestFinished, test } from "vitest";
import { docker } from "../../support/docker.ts";
import { describeOnEngine } from "../../support/scenario-hooks.ts";
import { layerOfBytes, startImageRegistry, waitingLayer } from "./image-registry.ts";
import { refuse } from "./registry.ts";
import { idle, openStack } from "./small-stack.ts";

const mega = 1024 * 1024;

/** To be called before the stack is opened: its containers are gone first then. */
const forgetAfterwards = (...images: readonly string[]): void =>
  onTestFinished(async () => void (await docker("image", "rm", "--force", ...images).catch(() => undefined)));

const pulled = (image: string) => ({ image, command: ["/wait"], "x-goat": idle["x-goat"] });

interface Event {
  readonly type: string;
  readonly step?: string;
  readonly text?: string;
  readonly current?: number;
  readonly total?: number;
}

const eventsOf = (output: string): readonly Event[] =>
  output
    .trimEnd()
    .split("\n")
    .map((line): Event => JSON.parse(line));

describeOnEngine("images that are pulled", () => {
  test("must come side by side, as one sum in which a layer counts once, and none that is there already", async () => {
    const program = await waitingLayer();
    const [shared, api, worker, later] = await Promise.all(
      [4, 2, 1, 1].map((size, index) => layerOfBytes(`layer-${index}`, size * mega)),
    );
    if (shared === undefined || api === undefined || worker === undefined || later === undefined) throw new Error();
    const asked = new Set<string>();
    let both = (): void => undefined;
    const areBoth = new Promise<void>((resolve) => {
      both = resolve;
    });
    const images = {
      "shop/api": [program, shared, api],
      "shop/worker": [program, shared, worker],
      "shop/later": [program, shared, later],
    };
    // Each is answered only once the other has been asked for.
    const registry = await startImageRegistry(images, async ({ url = "" }) => {
      const [, name = ""] = /^\/v2\/(shop\/(?:api|worker))\/manifests\/1/.exec(url) ?? [];
      if (name === "") return false;
      asked.add(name);
      if (asked.size === 2) both();
      await areBoth;
      return false;
    });
    const names = Object.keys(images).map((name) => `${registry.host}/${name}:1`);
    const [one = "", two = "", three = ""] = names;
    forgetAfterwards(...names);
    const stack = await openStack({ api: pulled(one), worker: pulled(two) });
    const up = await stack.run(["up", "--json-stream"]);
    expect(up.exitCode, up.output).toBe(0);
    const sums = eventsOf(up.stdout).filter(({ type, total = 0 }) => type === "step-progress" && total > 0);
    expect(sums.map(({ text = "" }) => text).some((text) => /^pulling (?:api, worker|worker, api): /.test(text))).toBe(
      true,
    );
    const totals = sums.map(({ total = 0 }) => total);
    expect(Math.max(...totals)).toBeGreaterThan(7 * mega);
    expect(Math.max(...totals)).toBeLessThan(7.5 * mega);
    const fetched = sums.map(({ current = 0 }) => current);
    expect(fetched).toEqual(fetched.toSorted((a, b) => a - b));

    await stack.edit("dev/docker-compose.yml", (text) => text.replaceAll(two, three));
    const again = await stack.run(["up", "--json-stream"]);
    expect(again.exitCode, again.output).toBe(0);
    const said = eventsOf(again.stdout).find(({ type, step }) => type === "step-finished" && step === "images");
    expect(said?.text).toBe("later 1 MB pulled");
  });

  test("must be asked for again when a registry fails for a moment, with its reason said", async () => {
    let failures = 2;
    const registry = await startImageRegistry({ "shop/api": [await waitingLayer()] }, (request, response) => {
      if (!request.url?.includes("/manifests/1") || failures === 0) return false;
      failures -= 1;
      refuse(503, "UNAVAILABLE", "the registry is being restarted")(request, response);
      return true;
    });
    const image = `${registry.host}/shop/api:1`;
    forgetAfterwards(image);
    const stack = await openStack({ api: pulled(image) });
    const up = await stack.run(["up"]);
    expect(up.exitCode, up.output).toBe(0);
    expect(up.stderr).toMatch(new RegExp(`note: pulling ${image} again: .*(?:503|being restarted)`));
    expect(up.stderr).toMatch(/images +api .*pulled/);
  });
});
