import { afterAll, describe } from "vitest";
import { composeContract } from "./compose-sees.ts";
import { embedded } from "./embedded-harness.ts";
import { engineContract } from "./engine-contract.ts";
import { fakeDocker, simulated } from "./harnesses.ts";
import { realDocker, realPodman } from "./real-engines.ts";

const real = await realDocker();
const podman = await realPodman();
afterAll(() => podman[Symbol.asyncDispose]());

for (const harness of [simulated, embedded, fakeDocker, real, podman]) engineContract(harness);

describe.skipIf(real.skip !== undefined)(`engine: ${real.name} beside compose`, () => composeContract(real));
