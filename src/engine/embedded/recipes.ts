import { GoatError } from "../../errors/goat-error.ts";
import type { DockerRecipe, ReadinessSpec, Role, ServiceSpec, StackSpec } from "../../model/stack.ts";
import type { Recipe } from "./recipe.ts";

const byRole: Readonly<Record<Role, string | null>> = {
  database: "postgres",
  tracing: "recorder",
  gateway: "litellm",
  other: null,
};

const nameOf = ({ role, run }: ServiceSpec): string | null => run.embedded?.recipe ?? byRole[role];

export const recipeOf = (recipes: readonly Recipe[], service: ServiceSpec): Recipe | undefined => {
  const name = nameOf(service);
  return recipes.find((recipe) => recipe.name === name);
};

type Support = { readonly ok: true } | { readonly ok: false; readonly reason: string };

const noRecipe = (recipes: readonly Recipe[], service: ServiceSpec): string => {
  const name = service.run.embedded?.recipe;
  return name === undefined
    ? `${service.name} has no local form: it needs Docker, or x-goat: { embedded: { command: [...] } }`
    : `${service.name} asks for the recipe "${name}": there are ${recipes.map((recipe) => recipe.name).join(", ")}`;
};

export const supportOf = (recipes: readonly Recipe[], service: ServiceSpec): Support => {
  const recipe = recipeOf(recipes, service);
  if (recipe === undefined) return { ok: false, reason: noRecipe(recipes, service) };
  const open = service.ports.find(({ host }) => host === null);
  const reason =
    open === undefined
      ? recipe.refuse(service)
      : `${service.name} leaves the host's port for ${open.container} open: without Docker it has to be named`;
  return reason === null ? { ok: true } : { ok: false, reason };
};

/** Throws engine-refused, for what `supports` would have refused. */
export const needRecipe = (recipes: readonly Recipe[], service: ServiceSpec): Recipe => {
  const recipe = recipeOf(recipes, service);
  if (recipe !== undefined) return recipe;
  throw new GoatError("engine-refused", noRecipe(recipes, service), { service: service.name });
};

/** A health check's own tools are in the image; from outside, a service that listens is the best there is to see. */
const readyOf = ({ ready, ports, run }: ServiceSpec): ReadinessSpec => {
  if (ready.kind !== "engine-health") return ready;
  const port = ports.find(({ protocol, host }) => protocol === "tcp" && host !== null);
  if (port?.host != null) return { kind: "tcp", host: everywhereIs127(port.hostIp), port: port.host };
  const check = run.docker?.healthCheck;
  const [kind, ...words] = check?.disabled === false ? (check.test ?? []) : [];
  if (kind === "CMD") return { kind: "exec", command: words };
  return kind === "CMD-SHELL"
    ? { kind: "exec", command: ["/bin/sh", "-c", words.join(" ")] }
    : { kind: "running", forMs: 1_000 };
};

const everywhereIs127 = (hostIp: string): string => (["", "0.0.0.0", "::"].includes(hostIp) ? "127.0.0.1" : hostIp);

/** What a recipe runs stands in the image's place; nothing brings a process back that ends. */
const fitDocker = (docker: DockerRecipe, recipe: Recipe, service: ServiceSpec): DockerRecipe => {
  const { platform: _platform, entrypoint, ...rest } = docker;
  const own = service.run.embedded?.command;
  const fitted: DockerRecipe = {
    ...rest,
    ...(entrypoint === undefined || own !== undefined ? {} : { entrypoint }),
    image: recipe.image(service),
    pullPolicy: "missing",
    restart: { name: "no" },
  };
  return own === undefined ? fitted : { ...fitted, command: own };
};

const fitService = (recipes: readonly Recipe[], service: ServiceSpec): ServiceSpec => {
  const recipe = recipeOf(recipes, service);
  const { docker, embedded } = service.run;
  if (recipe === undefined || docker === undefined) return service;
  return {
    ...service,
    ready: readyOf(service),
    run: { docker: fitDocker(docker, recipe, service), embedded: { ...embedded, recipe: recipe.name } },
  };
};

export const fitStack = (recipes: readonly Recipe[], stack: StackSpec): StackSpec => ({
  ...stack,
  services: stack.services.map((service) => {
    const without = recipeOf(recipes, service)?.without ?? [];
    const isLeftOut = (name: string): boolean =>
      stack.services.some((other) => other.name === name && without.includes(other.role));
    const dependsOn = service.dependsOn.filter((dependency) => !isLeftOut(dependency.service));
    return { ...fitService(recipes, service), dependsOn };
  }),
});
