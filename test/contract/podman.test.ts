import { afterAll } from "vitest";
import { engineContract } from "./engine-contract.ts";
import { realPodman } from "./real-engines.ts";

const podman = await realPodman();
afterAll(() => podman[Symbol.asyncDispose]());
engineContract(podman);
