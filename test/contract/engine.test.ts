import { describe } from "vitest";
import { composeContract } from "./compose-sees.ts";
import { embedded } from "./embedded-harness.ts";
import { engineContract } from "./engine-contract.ts";
import { fakeDocker, simulated } from "./harnesses.ts";
import { hostGatewayContract } from "./host-gateway.ts";
import { realDocker } from "./real-engines.ts";

const real = await realDocker();

for (const harness of [simulated, embedded, fakeDocker, real]) engineContract(harness);

describe.skipIf(real.skip !== undefined)(`engine: ${real.name} beside compose`, () => {
  composeContract(real);
  hostGatewayContract(real);
});
