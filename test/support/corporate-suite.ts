import { type describe, expect, test } from "vitest";
import { type CorporateNetwork, openCorporateNetwork, siteName } from "./corporate-network.ts";
import type { ScenarioBase } from "./scenario-base.ts";
import { until } from "./scenario-probes.ts";

type Stack = Pick<ScenarioBase, "env" | "run" | "edit" | "setEnv">;

const limitMs = 300_000;

interface Place {
  readonly open: () => Promise<Stack>;
  /** How this engine's user sets the proxy; what is to be in the environment. */
  readonly behind: (stack: Stack, network: CorporateNetwork) => Promise<Readonly<Record<string, string>>>;
  /** Sees that the proxy alone does not do, which is LiteLLM's part on any engine, and costs a start of it. */
  readonly triesWithoutCertificate: boolean;
}

/** A gateway behind a proxy and a certificate. */
export const corporateSuite = (where: string, describeOn: typeof describe.skip, place: Place): void => {
  describeOn(`behind a proxy ${where}`, { timeout: limitMs }, () => {
    test("LiteLLM must reach its provider through it, by the company's certificate, and its own stack past it", async () => {
      const [stack, network] = [await place.open(), await openCorporateNetwork()];
      const route = `  - model_name: inside
    litellm_params:
      model: openai/inside
      api_base: https://${siteName}/v1
      api_key: "not-needed"
`;
      stack.edit("dev/litellm-config.yaml", (text) => text.replace(/^litellm_settings:/m, `${route}\n$&`));
      const env = await place.behind(stack, network);
      if (place.triesWithoutCertificate) {
        const up = await stack.run(["up", "--no-example"], { env });
        expect(up.exitCode, up.output).toBe(0);
        expect((await stack.run(["models", "test", "inside", "--yes"], { env })).exitCode).toBe(6);
        expect(network.calls).toEqual([]);
      }

      stack.setEnv({ GOAT_DEV_CA_FILE: network.caFile });
      const again = await stack.run(["up", "--example"], { env });
      expect(again.exitCode, again.output).toBe(0);
      const tested = await stack.run(["models", "test", "inside", "--yes"], { env });
      expect(tested.exitCode, tested.output).toBe(0);
      expect(network.calls).toContain("POST /v1/chat/completions");
      await until("its trace is there", async () => (await stack.run(["traces"], { env })).stdout.includes("inside"));
      // Neither Langfuse nor the database was asked for there, nor anything of this machine.
      expect([...new Set(network.asked)]).toEqual([`CONNECT ${siteName}:443`]);
      expect((await stack.run(["up"], { env })).stdout).toContain("ready and as configured");
    });
  });
};
