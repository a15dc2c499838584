import { type GoatError, retold } from "./goat-error.ts";

/** Where Podman's command line differs from Docker's. */
const otherwise: readonly (readonly [docker: RegExp, podman: string])[] = [
  [/ --filter publish=\d+$/, ""],
  [/\{\{\.MemTotal\}\}/, "{{.Host.MemTotal}}"],
  // Without --remote it does not ask the service.
  [/^podman version$/, "podman --remote version"],
  [/^sudo systemctl (\w+) docker$/, "systemctl $1 podman.socket"],
];

/** The same failure with Podman's commands as fixes, since Docker's command line may not be installed. */
export function onPodman(error: GoatError): GoatError {
  const fixes = error.fixes.map(({ command, effect }) => ({ command: podmans(command), effect: renamed(effect) }));
  return retold(error, { fixes });
}

function podmans(command: string): string {
  return otherwise.reduce((text, [docker, podman]) => text.replace(docker, podman), renamed(command));
}

/** Renames the command, as in "docker login", but no other mention of Docker. */
function renamed(text: string): string {
  return text.replace(/(?<![\w/.-])docker (?=[a-z])/g, "podman ");
}
