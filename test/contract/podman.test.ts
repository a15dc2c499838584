import { afterAll, describe } from "vitest";
import { engineContract } from "./engine-contract.ts";
import { hostGatewayContract } from "./host-gateway.ts";
import { realPodman } from "./real-engines.ts";

const podman = await realPodman();
afterAll(() => podman[Symbol.asyncDispose]());
engineContract(podman);
describe.skipIf(podman.skip !== undefined)(podman.name, () => hostGatewayContract(podman));
