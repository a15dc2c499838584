import { inject } from "vitest";

// The tests' own `docker` and goat-dev both ask the engine that was started for them.
const { dockerHost } = inject("e2e").run;
if (dockerHost !== undefined) process.env["DOCKER_HOST"] = dockerHost;
