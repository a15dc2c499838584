import { expect, test } from "vitest";
import { seriousFindings } from "../../support/axe.ts";
import { openProject } from "../../support/goat-project.ts";
import { recordedLangfuse } from "../../support/langfuse-replay.ts";
import { browserTest, keepPicture, openProjectPage, packageWithPage } from "../../support/page.ts";
import { event, litellmCall } from "../../support/recorder-server.ts";

const hostile = [
  "<script>window.hacked = 1</script>",
  '<img src=x onerror="window.hacked = 2">',
  "[click](javascript:window.hacked=3)",
  "![seen](http://127.0.0.1:9/pixel.png)",
  "<style>*{display:none}</style></pre></article><iframe src=http://127.0.0.1:9></iframe>",
  "\u202eevil\u0000",
].join("\n");

const hostileCall = [
  event("trace-create", {
    id: "<b>id</b>",
    name: hostile,
    userId: hostile,
    sessionId: hostile,
    tags: [hostile],
    input: { messages: [{ role: hostile, content: hostile }] },
  }),
  event("generation-create", {
    id: "hostile-1",
    traceId: "<b>id</b>",
    model: hostile,
    modelParameters: { [hostile]: hostile },
    input: {
      messages: [
        {
          role: hostile,
          content: [
            { type: "text", text: hostile },
            { type: "image_url", image_url: { url: "http://127.0.0.1:9/pixel.png" } },
          ],
        },
        {
          role: "assistant",
          content: null,
          tool_calls: [{ id: "1", function: { name: hostile, arguments: hostile } }],
        },
      ],
      tools: [{ function: { name: hostile, description: hostile, parameters: { [hostile]: hostile } } }],
    },
    output: { role: "assistant", content: `\`\`\`html\n${hostile}\n\`\`\`` },
    level: "ERROR",
    statusMessage: hostile,
    startTime: "2026-11-23T09:00:00.000Z",
    endTime: "2026-11-23T09:00:01.000Z",
  }),
];

browserTest("the list must show a call as it comes, and the call whole", async () => {
  const { page, ingest, complaints } = await openProjectPage();
  await page.getByRole("link", { name: /hi/ }).waitFor();
  await ingest(...litellmCall("later"));
  await page.locator('a[href="#/calls/later"]').click();
  await page.getByRole("heading", { level: 2, name: "hi" }).waitFor();
  await page.locator(".message.assistant").getByText("Hello").waitFor();
  expect(page.url()).toContain("#/calls/later");
  expect(complaints).toEqual([]);
});

browserTest("what the real Langfuse says must be shown as what the recorder says is", async () => {
  const { page, complaints } = await openProjectPage({ langfuse: recordedLangfuse() });
  await page.locator('a[href="#/calls/t1-nope"]').waitFor();
  expect(await page.locator('.rows a[href^="#/calls/"]').count()).toBe(10);
  await page.locator('a[href="#/calls/t1-rich"]').click();
  await page.locator(".message.assistant").getByText("Llama says hi.").waitFor();
  for (const model of ["llama-3.3-70b", "claude-haiku-4-5", "qwen3-4b-local"])
    await page.locator(".call").getByText(model).first().waitFor();
  await keepPicture(page, "recorded-langfuse");
  expect(complaints).toEqual([]);
});

browserTest("what was said must stay text: no script, no style, no link, nothing loaded", async () => {
  const { page, ingest, complaints } = await openProjectPage();
  const asked: string[] = [];
  page.on("request", (request) => asked.push(new URL(request.url()).host));
  await ingest(...hostileCall);
  await page.locator(`a[href="#/calls/${encodeURIComponent("<b>id</b>")}"]`).click();
  await page.locator(".call").waitFor();
  for (const summary of await page.locator("summary").all()) await summary.click();
  await page.getByRole("button", { name: "Raw" }).click();
  await page.locator(".raw pre").first().waitFor();
  expect(await page.evaluate("window.hacked")).toBeUndefined();
  expect(await page.locator("#page :is(script, style, iframe, img, b)").count()).toBe(0);
  const links = await page.locator("#page a").evaluateAll((all) => all.map((one) => one.getAttribute("href")));
  expect(links.filter((href) => !href?.startsWith("#/"))).toEqual([]);
  expect(new Set(asked)).toEqual(new Set([new URL(page.url()).host]));
  expect(await page.locator(".conversation").innerText()).toContain("<script>window.hacked = 1</script>");
  expect(complaints).toEqual([]);
});

browserTest("no key of the project may reach the page", async () => {
  const { page, ingest, project } = await openProjectPage();
  const secret = "gsk_integration_secret_0123456789";
  const [trace, generation] = litellmCall("leak");
  const input = { messages: [{ role: "user", content: `my key is ${secret}` }] };
  await ingest({ ...trace, body: { ...trace?.body, input } }, { ...generation, body: { ...generation?.body, input } });
  await page.locator('a[href="#/calls/leak"]').click();
  await page.locator(".call").getByText("my key is [GROQ_API_KEY]").waitFor();
  const page2 = await page.content();
  for (const key of [secret, "sk-lf-goat-dev", "sk-dev-key"]) expect(page2).not.toContain(key);
  expect(project.read(".env")).toContain(secret);
});

browserTest("the keyboard alone must reach a call and come back", async () => {
  const { page, ingest } = await openProjectPage();
  await ingest(...litellmCall("second"));
  await page.locator('a[href="#/calls/second"]').waitFor();
  await page.keyboard.press("/");
  await page.keyboard.type("hi");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  const first = await page.evaluate("document.activeElement.href");
  await page.keyboard.press("ArrowDown");
  const second = await page.evaluate("document.activeElement.href");
  expect(second).not.toBe(first);
  await page.keyboard.press("Enter");
  await page.locator(".call").waitFor();
  expect(page.url()).toBe(second);
  await page.keyboard.press("Escape");
  await page.locator(".detail").waitFor({ state: "detached" });
});

browserTest("axe must find nothing serious, in light and dark, wide and narrow", async () => {
  const { page, ingest } = await openProjectPage();
  await ingest(...hostileCall, ...litellmCall("second"));
  await page.locator('a[href="#/calls/second"]').waitFor();
  for (const colorScheme of ["light", "dark"] as const) {
    for (const width of [360, 1280, 2000]) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 800 });
      for (const hash of ["#/calls", "#/calls/second"]) {
        await page.evaluate(`location.assign(${JSON.stringify(hash)})`);
        await page.locator(hash === "#/calls" ? ".rows" : ".call").waitFor();
        await keepPicture(page, `${hash.slice(2).replace("/", "-")}-${colorScheme}-${width}`);
        expect(await seriousFindings(page), `${colorScheme} ${width} ${hash}`).toEqual([]);
        const isScrolling = await page.evaluate("document.documentElement.scrollWidth > innerWidth");
        expect(isScrolling, `${width} ${hash}`).toBe(false);
        const isCramped = await page.evaluate(
          `[...document.querySelectorAll(".rows time")].some((cell) => cell.scrollWidth > cell.clientWidth)`,
        );
        expect(isCramped, `${width} ${hash}`).toBe(false);
      }
    }
  }
});

browserTest("a trace of five megabytes must be drawn in part, and whole where somebody asks", async () => {
  const { page, ingest } = await openProjectPage();
  const content = "Goats climb. ".repeat(200_000);
  const [trace, generation] = litellmCall("big");
  await ingest(trace);
  for (const id of ["big-1", "big-2"]) {
    const input = { messages: [{ role: "user", content }] };
    await ingest({ ...generation, body: { ...generation?.body, id, input } });
  }
  await page.locator('a[href="#/calls/big"]').click();
  await page.locator(".call").nth(1).waitFor();
  const lengthOf = async (): Promise<number> => (await page.locator(".detail").innerText()).length;
  expect(await lengthOf()).toBeLessThan(10_000);
  await page.getByRole("button", { name: "Show all 2,600,000 characters" }).first().click();
  expect(await lengthOf()).toBeGreaterThan(2_600_000);
});

browserTest("many traces must be shown by pages, the newest first, and two pages at once see the same", async () => {
  const { page, ingest } = await openProjectPage();
  for (let batch = 0; batch < 6; batch += 1) {
    await ingest(...Array.from({ length: 20 }, (_, index) => litellmCall(`many-${batch}-${index}`)).flat());
  }
  await page.reload();
  await page.getByText("121 traces").waitFor();
  const other = await page.context().newPage();
  await other.goto(new URL("/", page.url()).href);
  await other.getByText("121 traces").waitFor();
  const idsOn = (where: typeof page): Promise<readonly (string | null)[]> =>
    where.locator(".rows a").evaluateAll((all) => all.map((one) => one.getAttribute("href")));
  const first = await idsOn(page);
  expect(first).toHaveLength(50);
  expect(await idsOn(other)).toEqual(first);
  await page.getByRole("button", { name: "Older" }).click();
  await page.getByRole("button", { name: "Newer" }).waitFor();
  await page.locator(`.rows a:not([href="${first[0]}"])`).nth(49).waitFor();
  const second = await idsOn(page);
  expect(second).toHaveLength(50);
  expect(second.filter((id) => first.includes(id))).toEqual([]);
  await ingest(...litellmCall("newest"));
  await other.locator('a[href="#/calls/newest"]').waitFor();
  expect(await idsOn(page)).toEqual(second);
});

browserTest("a Langfuse that goes away must be told, and what comes after it is back be shown", async () => {
  const { page, project, ingest } = await openProjectPage();
  await page.getByText("live", { exact: true }).waitFor();
  await project.goat(["down"]);
  await page
    .getByText(/langfuse does not answer/)
    .first()
    .waitFor();
  await project.goat(["up", "--no-example"]);
  await page.getByText("live", { exact: true }).waitFor();
  await ingest(...litellmCall("back"));
  await page.locator('a[href="#/calls/back"]').waitFor();
});

browserTest(
  "a Langfuse that refuses the keys must be told as one, and its calls be shown once it takes them",
  async () => {
    const answers = recordedLangfuse();
    let isRefusing = false;
    const { page } = await openProjectPage({
      langfuse: (request, response) => {
        if (!isRefusing || request.url?.includes("/health") === true) return answers(request, response);
        response.writeHead(401, { "content-type": "application/json" }).end('{"message":"Invalid credentials"}');
      },
    });
    await page.getByText("live", { exact: true }).waitFor();
    isRefusing = true;
    await page
      .getByText(/langfuse refuses/)
      .first()
      .waitFor();
    await keepPicture(page, "refused-keys");
    isRefusing = false;
    await page.getByText("live", { exact: true }).waitFor();
  },
);

browserTest("a page whose command has ended must say so", async () => {
  const { page, interrupt, ended } = await openProjectPage();
  await page.locator(".rows a").first().waitFor();
  interrupt();
  expect((await ended).exitCode).toBe(130);
  await page.getByText("no connection").waitFor();
});

test("open must end by itself once nobody has looked for an hour", async () => {
  const { goat } = await openProject({ packageRoot: await packageWithPage() });
  const { exitCode, out, err } = await goat(["open", "--no-browser"]);
  expect(exitCode).toBe(0);
  expect(out).toBe("Nobody has looked at the page for an hour.\n");
  expect(err).toContain("Open this in a browser: http://127.0.0.1:");
});

test("over ssh open must say how to reach the page from another machine", async () => {
  const { goat } = await openProject({ packageRoot: await packageWithPage() });
  const { err } = await goat(["open", "--port", "0"], { env: { SSH_CONNECTION: "1 2 3 4", BROWSER: "" } });
  expect(err).toMatch(/ssh -L (\d+):127\.0\.0\.1:\1 /);
});
