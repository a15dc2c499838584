import { GoatError } from "../errors/goat-error.ts";
import type { ServiceSpec, StackSpec } from "../model/stack.ts";
import { list, nearest } from "../platform/text.ts";

/** The named services and everything they need, in the file's order; all of them when none is named. Throws unknown-service. */
export const selectServices = (stack: StackSpec, names: readonly string[]): readonly ServiceSpec[] => {
  checkNames(stack, names);
  if (names.length === 0) return stack.services;
  const wanted = new Set(names);
  // A set grows while it is walked, so this reaches the dependencies of dependencies.
  for (const name of wanted) {
    const service = stack.services.find((candidate) => candidate.name === name);
    for (const dependency of service?.dependsOn ?? []) wanted.add(dependency.service);
  }
  return stack.services.filter((service) => wanted.has(service.name));
};

/** Throws unknown-service with the nearest name. */
export const checkNames = (stack: StackSpec, names: readonly string[]): void => {
  const known = stack.services.map((service) => service.name);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  const near = nearest(unknown, known);
  const meant = near === undefined ? "" : `; did you mean ${near}?`;
  throw new GoatError("unknown-service", `no service "${unknown}" in the Compose file${meant}`, {
    fixes: [{ command: "goat-dev status", effect: `shows what there is: ${list(known)}` }],
  });
};
