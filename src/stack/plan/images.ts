import { builtName } from "../../model/build.ts";
import type { ObservedStack } from "../../model/observed.ts";
import type { Operation, Plan } from "../../model/plan.ts";
import type { ContainerSpec, ServiceSpec, StackSpec } from "../../model/stack.ts";
import { createPlanBuilder, type PlanBuilder } from "./steps.ts";

/** What `up` was asked for: to build the images that have a `build`, and a pull policy (undefined keeps the file's). */
export interface ImageWishes {
  readonly build: boolean;
  readonly pull: "always" | "missing" | "never" | undefined;
}

/** The stack with these wishes in place of the pull policies of its Compose file. */
export function withWishes(stack: StackSpec, { build, pull }: ImageWishes): StackSpec {
  const policyOf = (docker: ContainerSpec): ContainerSpec["pullPolicy"] =>
    build && docker.build !== undefined ? "build" : (pull ?? docker.pullPolicy);
  const services = stack.services.map((service) => {
    const { docker } = service.run;
    if (docker === undefined) return service;
    return { ...service, run: { ...service.run, docker: { ...docker, pullPolicy: policyOf(docker) } } };
  });
  return { ...stack, services };
}

/**
 * Plans to pull or build again the images that are here already, where their policy asks for that. This plan runs
 * before the rest is decided, since a container of an older image is drift.
 */
export function planFreshImages(stack: StackSpec, { images }: ObservedStack, services: readonly ServiceSpec[]): Plan {
  const builder = createPlanBuilder();
  const seen = new Set<string>();
  for (const service of services) {
    const { image = "", pullPolicy } = service.run.docker ?? {};
    const isHere = (images[image] ?? null) !== null;
    const operation = isHere && isFresh(pullPolicy) ? fetching(stack, service) : null;
    if (operation === null || seen.has(image)) continue;
    seen.add(image);
    builder.add("images", operation, `pull_policy: ${pullPolicy}`, []);
  }
  return { nodes: builder.nodes, drift: {}, orphans: [] };
}

function isFresh(policy: ContainerSpec["pullPolicy"] | undefined): boolean {
  return policy === "always" || policy === "build";
}

/** Plans the missing images; one that a service builds and others only name is built. "image:…" -> step id. */
export function planImages(
  builder: PlanBuilder,
  stack: StackSpec,
  { images }: ObservedStack,
  services: readonly ServiceSpec[],
): ReadonlyMap<string, number> {
  const ids = new Map<string, number>();
  const building = services.filter(({ run }) => run.docker?.build !== undefined);
  for (const service of [...building, ...services]) {
    const image = service.run.docker?.image ?? "";
    if ((images[image] ?? null) !== null || ids.has(`image:${image}`)) continue;
    const operation = fetching(stack, service);
    if (operation !== null) ids.set(`image:${image}`, builder.add("images", operation, "absent", []));
  }
  return ids;
}

/** The operation that gets a service its image; null where its policy forbids pulling. */
function fetching(stack: StackSpec, { name, run: { docker } }: ServiceSpec): Operation | null {
  if (docker === undefined) return null;
  const { image, build, pullPolicy } = docker;
  const platform = docker.platform === undefined ? {} : { platform: docker.platform };
  if (build === undefined) return pullPolicy === "never" ? null : { type: "pull-image", image, ...platform };
  const orPull = image !== builtName(stack.name, name) && (pullPolicy === "missing" || pullPolicy === "always");
  return { type: "build-image", stack: stack.name, service: name, image, build, ...platform, orPull };
}
