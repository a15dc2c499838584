import fc from "fast-check";
import type { ObservedService, ObservedStack } from "../../src/model/observed.ts";
import type { ServiceSpec, StackSpec } from "../../src/model/stack.ts";
import { temporaryName } from "../../src/stack/plan/containers.ts";
import { networkFingerprint } from "../../src/stack/plan/drift.ts";
import {
  dependsOn,
  idOf,
  imageId,
  nothing,
  observed,
  port,
  running,
  service,
  stackOf,
  volumeMount,
} from "./sample-stack.ts";

const names = ["db", "cache", "api", "web"] as const;

/** A service that depends on none but those before it in the file. */
const anyService = (name: (typeof names)[number], earlier: readonly string[]): fc.Arbitrary<ServiceSpec> =>
  fc
    .record({
      image: fc.constantFrom("one:1", "two:1"),
      value: fc.constantFrom("a", "b"),
      hash: fc.constantFrom("h1", "h2"),
      publishes: fc.boolean(),
      keeps: fc.boolean(),
      needs: fc.subarray([...earlier]),
      until: fc.constantFrom("started", "ready", "completed"),
      restart: fc.boolean(),
      required: fc.boolean(),
    })
    .map(({ image, value, hash, publishes, keeps, needs, ...edge }) =>
      service(name, {
        environment: { SETTING: value },
        files: [{ path: `dev/${name}.yaml`, source: `/project/dev/${name}.yaml`, target: "/config.yaml", hash }],
        ports: publishes ? [port(4000 + names.indexOf(name))] : [],
        dependsOn: needs.map((other) => dependsOn(other, edge)),
        docker: { image, mounts: keeps ? [volumeMount(`${name}-data`)] : [] },
      }),
    );

const anyStack: fc.Arbitrary<StackSpec> = fc
  .tuple(...names.map((name, index) => anyService(name, names.slice(0, index))))
  .chain((services) => fc.integer({ min: 1, max: names.length }).map((count) => stackOf(...services.slice(0, count))));

const drifts: readonly ((found: ObservedService) => ObservedService)[] = [
  (found) => found,
  (found) => ({ ...found, fingerprint: null }),
  (found) => ({ ...found, fingerprint: { ...found.fingerprint, "environment.SETTING": "other" } }),
  (found) => ({ ...found, files: {} }),
  (found) => ({ ...found, networks: [] }),
  (found) => ({ ...found, imageId: "sha256:older" }),
];

const states: readonly Partial<ObservedService>[] = [
  { state: "running" },
  { state: "created", startedAt: null },
  { state: "restarting", restartCount: 7 },
  { state: "paused" },
  { state: "exited", exitCode: 0 },
  { state: "exited", exitCode: 1 },
  { state: "dead" },
];

/** No container, one in whatever state, or what an interrupted replacement left of it. */
const anyContainers = (stack: StackSpec, spec: ServiceSpec): fc.Arbitrary<readonly ObservedService[]> =>
  fc
    .record({
      kind: fc.constantFrom("none", "one", "one", "one", "with leftover", "misnamed"),
      drift: fc.constantFrom(...drifts),
      state: fc.constantFrom(...states),
    })
    .map(({ kind, drift, state }) => {
      const found = drift(running(stack, spec, state));
      const oldHandle = kind === "misnamed" ? idOf(`${spec.name} old`) : found.handle;
      const leftName = temporaryName(oldHandle, found.container);
      const left = {
        container: leftName,
        handle: idOf(`${spec.name} new`),
        state: "created",
        startedAt: null,
      } as const;
      if (kind === "none") return [];
      if (kind === "misnamed") return [{ ...found, container: leftName }];
      return kind === "one" ? [found] : [found, running(stack, spec, left)];
    });

const fingerprintIn = ({ networks: [made] }: StackSpec, network: string): string | null =>
  network === "changed" ? "older" : network === "as configured" && made !== undefined ? networkFingerprint(made) : null;

const strangers = (stack: StackSpec): readonly ObservedService[] => [
  running(stack, service("gone")),
  running(stack, service("db"), { oneOff: true, container: "goat-db-run-1", handle: idOf("one-off") }),
];

/** A stack, and anything that an engine may say there is of it. */
export const anySituation: fc.Arbitrary<{ readonly stack: StackSpec; readonly found: ObservedStack }> = anyStack.chain(
  (stack) =>
    fc
      .record({
        containers: fc.tuple(...stack.services.map((spec) => anyContainers(stack, spec))),
        bare: fc.boolean(),
        network: fc.constantFrom("made by others", "as configured", "changed"),
        withStrangers: fc.boolean(),
      })
      .map(({ containers, bare, network, withStrangers }) => {
        const services = [...containers.flat(), ...(withStrangers ? strangers(stack) : [])];
        const around = bare ? nothing(stack) : observed(stack);
        // What containers were made of is there.
        const used = Object.fromEntries(services.map(({ image }) => [image, imageId(image)]));
        const networks = around.networks.map((made) => ({ ...made, fingerprint: fingerprintIn(stack, network) }));
        return { stack, found: { ...around, networks, services, images: { ...around.images, ...used } } };
      }),
);
