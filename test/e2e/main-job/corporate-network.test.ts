import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { corporateSuite } from "../../support/corporate-suite.ts";
import { docker } from "../../support/docker.ts";
import { describeOnEngine, openScenario } from "../../support/scenario-hooks.ts";

const setProxy = async (home: string, port: number): Promise<void> => {
  const host = await docker("network", "inspect", "--format", "{{(index .IPAM.Config 0).Gateway}}", "bridge");
  const proxy = `http://${host.trim()}:${port}`;
  const folder = join(home, ".docker");
  mkdirSync(folder, { recursive: true });
  const proxies = { default: { httpProxy: proxy, httpsProxy: proxy, noProxy: "corp.example.invalid" } };
  writeFileSync(join(folder, "config.json"), JSON.stringify({ proxies }));
};

corporateSuite("in containers", describeOnEngine, {
  open: openScenario,
  behind: async ({ env }, { proxyPort }) => {
    await setProxy(env["HOME"] ?? "", proxyPort);
    return {};
  },
  triesWithoutCertificate: false,
});
