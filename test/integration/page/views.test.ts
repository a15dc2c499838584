import { expect } from "vitest";
import { seriousFindings } from "../../support/axe.ts";
import { createLitellmDatabase } from "../../support/litellm-database.ts";
import { browserTest, keepPicture, openProjectPage } from "../../support/page.ts";

browserTest("spend must show what was spent, by whom, and what is left; models and services theirs", async () => {
  const opened = await openProjectPage({ gateway: createLitellmDatabase().answer });
  const { page, complaints } = opened;
  await page.getByRole("link", { name: "Spend" }).click();
  await page.getByText("left of $25.00").waitFor();
  await page.locator(".chart canvas").waitFor();
  await page.getByRole("button", { name: "by key" }).click();
  await page.getByRole("rowheader", { name: "ci" }).waitFor();
  await page.getByRole("link", { name: "Models" }).click();
  await page.getByRole("heading", { name: "llama-3.3-70b" }).waitFor();
  await page.getByRole("link", { name: "Services" }).click();
  await page.getByRole("heading", { name: "postgres ready" }).waitFor();
  expect(complaints).toEqual([]);
});

browserTest("a model must answer where it is tried, and its answer be text", async () => {
  const { page } = await openProjectPage();
  await page.getByRole("link", { name: "Models" }).click();
  await page.getByRole("button", { name: "Try it llama-3.3-70b" }).click();
  await page.getByRole("textbox", { name: "What to ask llama-3.3-70b" }).fill("Why?");
  await page.keyboard.press("Control+Enter");
  await page.locator(".replay").getByText("Hello from the stand-in").waitFor();
});

browserTest(
  "a gateway that goes away must be told where a model is tried, and answer there once it is back",
  async () => {
    const { page, project } = await openProjectPage();
    await page.getByRole("link", { name: "Models" }).click();
    await page.getByRole("button", { name: "Try it llama-3.3-70b" }).click();
    const question = page.getByRole("textbox", { name: "What to ask llama-3.3-70b" });
    await question.fill("Why?");
    project.engine.exit("goat-litellm-1", 1);
    await project.goat(["status"]);
    await page.keyboard.press("Control+Enter");
    await page
      .getByRole("alert")
      .getByText(/litellm .*does not answer/)
      .waitFor();
    await page.getByRole("link", { name: "Services" }).click();
    await page.getByRole("heading", { name: /^litellm exited/ }).waitFor();
    await project.goat(["up", "--no-example"]);
    await page.getByRole("heading", { name: "litellm ready" }).waitFor();
    await page.getByRole("link", { name: "Models" }).click();
    await page.getByRole("button", { name: "Try it llama-3.3-70b" }).click();
    await question.fill("Why?");
    await page.keyboard.press("Control+Enter");
    await page.locator(".replay").getByText("Hello from the stand-in").waitFor();
  },
);

browserTest("a call must be replayed through the gateway with what was said", async () => {
  const { page } = await openProjectPage();
  await page.locator(".rows a").first().click();
  await page.getByRole("button", { name: "Replay" }).click();
  await page.locator(".replay").getByText("Hello from the stand-in").waitFor();
});

browserTest("restart must be a button that says what is done", async () => {
  const { page, project } = await openProjectPage();
  await page.getByRole("link", { name: "Services" }).click();
  const before = (await project.engine.observe({ stack: "goat", images: [] }, new AbortController().signal)).services;
  await page.getByRole("button", { name: "Restart postgres" }).click();
  await page.getByRole("button", { name: "Restart postgres", disabled: true }).waitFor();
  await page.getByRole("button", { name: "Restart postgres", disabled: false }).waitFor();
  const after = (await project.engine.observe({ stack: "goat", images: [] }, new AbortController().signal)).services;
  const startOf = (services: typeof before) => services.find(({ name }) => name === "postgres")?.startedAt;
  expect(startOf(after)).not.toBe(startOf(before));
  expect(await page.getByRole("alert").count()).toBe(0);
});

browserTest("axe must find nothing serious in any view, in light and dark, wide and narrow", async () => {
  const { page } = await openProjectPage({ gateway: createLitellmDatabase().answer });
  const there = { spend: ".chart canvas", models: ".card", services: ".service" };
  for (const colorScheme of ["light", "dark"] as const) {
    for (const width of [360, 1280, 2000]) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 800 });
      for (const [view, part] of Object.entries(there)) {
        await page.evaluate(`location.assign("#/${view}")`);
        await page.locator(part).first().waitFor();
        await keepPicture(page, `${view}-${colorScheme}-${width}`);
        expect(await seriousFindings(page), `${colorScheme} ${width} ${view}`).toEqual([]);
        const isScrolling = await page.evaluate("document.documentElement.scrollWidth > innerWidth");
        expect(isScrolling, `${width} ${view}`).toBe(false);
      }
    }
  }
});
