import type Docker from "dockerode";
import { GoatError } from "../../errors/goat-error.ts";
import type { DockerRecipe, StackSpec } from "../../model/stack.ts";
import { unlessStatus } from "./errors.ts";

type Kind = "network" | "volume";

const absent = (kind: Kind, name: string): GoatError =>
  new GoatError("engine-refused", `the ${kind} ${name}, which the Compose file calls external, does not exist`, {
    fixes: [{ command: `docker ${kind} create ${name}`, effect: "makes it" }],
  });

const exists = (docker: Docker, kind: Kind, name: string, abortSignal: AbortSignal): Promise<boolean> =>
  unlessStatus([404], false, async () => {
    const asked = { abortSignal };
    await (kind === "volume" ? docker.getVolume(name).inspect(asked) : docker.getNetwork(name).inspect());
    return true;
  });

/** Throws where an external network or volume is not there: the engine would make an empty volume of that name. */
export const needExternal = async (
  docker: Docker,
  stack: StackSpec,
  recipe: DockerRecipe,
  signal: AbortSignal,
): Promise<void> => {
  const mounted = recipe.mounts.flatMap((mount) => (mount.kind === "volume" ? [mount.volume] : []));
  const joined = recipe.networks.map(({ network }) => network);
  const volumes = stack.volumes.filter(({ external, key }) => external && mounted.includes(key));
  const networks = stack.networks.filter(({ external, key }) => external && joined.includes(key));
  const needed: readonly { readonly kind: Kind; readonly name: string }[] = [
    ...volumes.map(({ name }) => ({ kind: "volume" as const, name })),
    ...networks.map(({ name }) => ({ kind: "network" as const, name })),
  ];
  await Promise.all(
    needed.map(async ({ kind, name }) => {
      if (!(await exists(docker, kind, name, signal))) throw absent(kind, name);
    }),
  );
};
