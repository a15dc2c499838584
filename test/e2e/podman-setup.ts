import type { TestProject } from "vitest/node";
import { startPodman } from "../support/podman.ts";
import { prepare } from "./global-setup.ts";

/** The same tests on Podman, with Docker's images. */
export const setup = (project: TestProject) => prepare(project, startPodman);
