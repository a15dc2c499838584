import { type GoatError, retold } from "./goat-error.ts";

/** Where Podman's command line takes something else than Docker's. */
const otherwise: readonly (readonly [docker: RegExp, podman: string])[] = [
  [/ --filter publish=\d+$/, ""],
  [/\{\{\.MemTotal\}\}/, "{{.Host.MemTotal}}"],
  // By itself it asks no service.
  [/^podman version$/, "podman --remote version"],
  [/^sudo systemctl (\w+) docker$/, "systemctl $1 podman.socket"],
];

/** The same failure, mended by Podman's own command line: where Podman is, Docker's need not be. */
export function onPodman(error: GoatError): GoatError {
  const fixes = error.fixes.map(({ command, effect }) => ({ command: podmans(command), effect: renamed(effect) }));
  return retold(error, { fixes });
}

function podmans(command: string): string {
  return otherwise.reduce((text, [docker, podman]) => text.replace(docker, podman), renamed(command));
}

/** "docker login", not the Docker that somebody has. */
function renamed(text: string): string {
  return text.replace(/(?<![\w/.-])docker (?=[a-z])/g, "podman ");
}
