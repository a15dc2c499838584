// Draws the README's pictures from a project that runs: node test/screenshots.mjs <project> [goat-dev's options]
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const images = join(root, "docs", "images");
const [project, ...options] = process.argv.slice(2);
if (project === undefined) throw new Error("which project? node test/screenshots.mjs <project>");
mkdirSync(images, { recursive: true });

const pictures = [
  { name: "calls", hash: "#/calls", shown: ".rows a" },
  { name: "call", hash: "#/calls", shown: ".rows a", open: ".rows a:has(.name):not(.failed)", colorScheme: "dark" },
  { name: "spend", hash: "#/spend", shown: ".chart canvas" },
  { name: "models", hash: "#/models", shown: ".card" },
  { name: "services", hash: "#/services", shown: ".service", colorScheme: "dark" },
];

const goat = spawn(process.execPath, [join(root, "bin", "goat-dev.js"), ...options, "open", "--no-browser"], {
  cwd: project,
  stdio: ["ignore", "ignore", "pipe"],
});
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-dev-shm-usage", "--no-proxy-server"],
});
try {
  let said = "";
  while (!/http:\/\/127\S+/.test(said)) said += (await once(goat.stderr, "data"))[0];
  const page = await browser.newPage({ viewport: { width: 1180, height: 720 } });
  await page.goto(/http:\/\/127\S+/.exec(said)[0]);
  for (const { name, hash, shown, open, colorScheme = "light" } of pictures) {
    await page.emulateMedia({ colorScheme });
    await page.evaluate(`location.assign(${JSON.stringify(hash)})`);
    await page.locator(shown).first().waitFor();
    if (open !== undefined) {
      await page.locator(open).first().click();
      await page.locator(".call").first().waitFor();
    }
    await page.waitForLoadState("networkidle", { timeout: 2_000 }).catch(() => undefined);
    await page.screenshot({ path: join(images, `${name}.png`) });
  }
} finally {
  await browser.close();
  goat.kill("SIGINT");
}
