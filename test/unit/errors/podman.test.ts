import { expect, test } from "vitest";
import { GoatError } from "../../../src/errors/goat-error.ts";
import { onPodman } from "../../../src/errors/podman.ts";

const mended = (command: string, effect = "does it") => {
  const error = new GoatError("port-taken", "no Docker here", { service: "web", fixes: [{ command, effect }] });
  const { message, service, fixes } = onPodman(error);
  return { message, service, ...fixes[0] };
};

test.each([
  ["docker network rm goat_default", "podman network rm goat_default"],
  ["docker ps --all --filter name=^goat-web-1$", "podman ps --all --filter name=^goat-web-1$"],
  // It cannot look for a port.
  ["docker ps --filter publish=4000", "podman ps"],
  ["docker info --format '{{.MemTotal}}'", "podman info --format '{{.Host.MemTotal}}'"],
  ["docker version", "podman --remote version"],
  ["sudo systemctl restart docker", "systemctl restart podman.socket"],
  ["goat-dev up", "goat-dev up"],
  ["$EDITOR ~/.docker/config.json", "$EDITOR ~/.docker/config.json"],
])("on Podman %s must be %s, in a failure that is the same otherwise", (command, podmans) => {
  expect(mended(command)).toMatchObject({
    command: podmans,
    effect: "does it",
    message: "no Docker here",
    service: "web",
  });
});

test("on Podman what a command does must name Podman's commands, too", () => {
  expect(mended("goat-dev up", "then docker login; Docker is not needed")).toMatchObject({
    effect: "then podman login; Docker is not needed",
  });
});
