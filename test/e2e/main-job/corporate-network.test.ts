import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { corporateSuite } from "../../support/corporate-suite.ts";
import { docker } from "../../support/docker.ts";
import { describeOnEngine, openScenario } from "../../support/scenario-hooks.ts";

corporateSuite("in containers", describeOnEngine, openScenario, async ({ env }, { proxyPort }) => {
  const host = await docker("network", "inspect", "--format", "{{(index .IPAM.Config 0).Gateway}}", "bridge");
  const proxy = `http://${host.trim()}:${proxyPort}`;
  const folder = join(env["HOME"] ?? "", ".docker");
  mkdirSync(folder, { recursive: true });
  const proxies = { default: { httpProxy: proxy, httpsProxy: proxy, noProxy: "corp.example.invalid" } };
  writeFileSync(join(folder, "config.json"), JSON.stringify({ proxies }));
  return {};
});
