import { expect, test } from "vitest";
import { browserPath, openPage } from "./browser.ts";
import type { ScenarioBase } from "./scenario-base.ts";
import { until } from "./scenario-probes.ts";

type Stack = Pick<ScenarioBase, "ports" | "run" | "edit">;
type Fields = Readonly<Record<string, unknown>>;

interface Answer {
  readonly status: number;
  readonly costUsd: number;
  readonly json: Fields;
}

const masterKey = "sk-dev-key";
const model = "gpt-4o-mini";
/** A demo's answer is priced as the real model's: a few calls cross either. */
const keyBudget = 0.00003;
const pageLimitMs = 15_000;
const keyName = "kid-of-the-herd";
/** More than the calls before it have cost. */
const gatewayBudget = 0.0003;

/** Asks the gateway as a program with this key does. */
const ask = async ({ ports }: Stack, path: string, body?: object, key = masterKey): Promise<Answer> => {
  const response = await fetch(`http://127.0.0.1:${ports.litellm}${path}`, {
    method: body === undefined ? "GET" : "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const costUsd = Number(response.headers.get("x-litellm-response-cost") ?? 0);
  return { status: response.status, costUsd, json: JSON.parse(await response.text()) };
};

const mustAnswer = async (stack: Stack, path: string, body?: object, key?: string): Promise<Fields> => {
  const { status, json } = await ask(stack, path, body, key);
  expect(status, JSON.stringify(json)).toBe(200);
  return json;
};

const chat = (stack: Stack, key: string, asked = model): Promise<Answer> =>
  ask(
    stack,
    "/v1/chat/completions",
    { model: asked, messages: [{ role: "user", content: "What do goats cost?" }] },
    key,
  );

/** Calls until the gateway refuses. What the answered ones cost, in dollars. */
const spendUntilRefused = async (stack: Stack, key: string): Promise<readonly number[]> => {
  const costs: number[] = [];
  await until("the budget is enforced", async () => {
    const { status, costUsd, json } = await chat(stack, key);
    if (status === 200) {
      costs.push(costUsd);
      return false;
    }
    expect({ status, json }).toMatchObject({ status: 429, json: { error: { type: "budget_exceeded" } } });
    return true;
  });
  return costs;
};

const sum = (costs: readonly number[]): number => costs.reduce((total, cost) => total + cost, 0);

/** A key with a budget, its refusal at it, and every call in the log. */
const keyMustStopAtItsBudget = async (stack: Stack): Promise<void> => {
  const { key } = await mustAnswer(stack, "/key/generate", { key_alias: keyName, max_budget: keyBudget });
  expect(key).toMatch(/^sk-/);
  const costs = await spendUntilRefused(stack, String(key));
  // What LiteLLM has set aside for the call before may still count: it refuses a little early, never late.
  expect(sum(costs)).toBeGreaterThan(keyBudget / 2);
  expect(sum(costs.slice(0, -1))).toBeLessThanOrEqual(keyBudget);
  // Other keys go on.
  expect((await chat(stack, masterKey)).status).toBe(200);
  await until("all calls are in the log", async () => {
    const logs = await mustAnswer(stack, `/spend/logs?api_key=${key}`);
    const spent = Object.values(logs).flatMap((log) => Number(Object(log).spend) || []);
    return spent.length === costs.length && Math.abs(sum(spent) - sum(costs)) < 1e-9;
  });
};

/** A team's key, and a model that nobody wrote into the config; what is given holds both to be as they were. */
const makeTeamAndModel = async (stack: Stack): Promise<() => Promise<void>> => {
  const { team_id: team } = await mustAnswer(stack, "/team/new", { team_alias: "herd", max_budget: 1 });
  const { key } = await mustAnswer(stack, "/key/generate", { team_id: team });
  const litellm_params = { model: "openai/gpt-4o-mini", api_key: "none", mock_response: "from the database" };
  await mustAnswer(stack, "/model/new", { model_name: "of-the-database", litellm_params });
  return async () => {
    const { status, json } = await chat(stack, String(key), "of-the-database");
    expect(JSON.stringify(json)).toContain("from the database");
    expect(status).toBe(200);
    expect(await mustAnswer(stack, `/team/info?team_id=${team}`)).toMatchObject({ team_info: { team_alias: "herd" } });
  };
};

/** The config's own max_budget, which counts for every key. */
const gatewayMustStopAtItsBudget = async (stack: Stack): Promise<void> => {
  expect(sum(await spendUntilRefused(stack, masterKey))).toBeGreaterThan(0);
  const told = await stack.run(["ask", "--json", "-m", model, "Why?"]);
  expect(told).toMatchObject({ exitCode: 6, json: { error: { code: "gateway-refused" } } });
  expect(told.json.error?.message).toBe("the gateway's budget is spent");
};

/** LiteLLM's own page, in a real browser: the log-in that `up` prints, and the key that was made. */
const pageMustShowTheKey = async ({ ports }: Stack): Promise<void> => {
  if (browserPath === undefined && process.env["GOAT_DEV_REQUIRE_ENGINES"] !== "1") {
    process.stderr.write("left out: LiteLLM's page in a browser: there is no Chromium\n");
    return;
  }
  await using browser = await openPage();
  const { page } = browser;
  const url = `http://localhost:${ports.litellm}/ui`;
  // A network that other containers bring up makes the browser drop what it was loading.
  await until("the page lets admin in", async () => {
    await page.goto(url).catch(() => undefined);
    const name = page.getByPlaceholder("Enter your username");
    await name.waitFor({ timeout: pageLimitMs }).catch(() => undefined);
    if (!(await name.isVisible())) return false;
    await name.fill("admin");
    await page.getByPlaceholder("Enter your password").fill(masterKey);
    await page.getByRole("button", { name: "Login", exact: true }).click();
    return page.waitForURL(/\/ui\/(?!login)/, { timeout: pageLimitMs }).then(
      () => true,
      () => false,
    );
  });
  await until("the page shows the key", async () => {
    const key = page.getByText(keyName).first();
    await key.waitFor({ timeout: pageLimitMs }).catch(() => page.reload().catch(() => undefined));
    return key.isVisible();
  });
};

/** What LiteLLM does with its database, in this order on one stack of any engine: LiteLLM starts as seldom as it can. */
export const statefulTests = (shared: () => Stack): void => {
  const demo = async (): Promise<void> => {
    const up = await shared().run(["up", "--demo", "--no-example"]);
    expect(up.exitCode, up.output).toBe(0);
  };

  test("a key must stop at its budget, and the page show it", async () => {
    await demo();
    await keyMustStopAtItsBudget(shared());
    await pageMustShowTheKey(shared());
  });

  test("another LITELLM_SALT_KEY than the data's must be told, and be mended by what the message says; teams and added models outlive it", async () => {
    const stack = shared();
    const mustBeThere = await makeTeamAndModel(stack);
    await mustBeThere();
    const env = { LITELLM_SALT_KEY: "another-salt-9" };
    const refused = await stack.run(["up", "--demo", "--json"], { env });
    expect(refused, refused.output).toMatchObject({ exitCode: 5, json: { error: { code: "salt-key-changed" } } });
    expect(refused.output).not.toContain("another-salt-9");
    expect(refused.json.error?.fixes[0]?.command).toBe("goat-dev up --set LITELLM_SALT_KEY=goat-dev-local-only");
    const status = await stack.run(["status"]);
    expect(status.stdout, "what runs with the wrong key").toMatch(/litellm +(?:created|stopped|exited)/);
    // For the next test: LiteLLM starts once for both.
    stack.edit("dev/litellm-config.yaml", (text) => text.replace("max_budget: 1000", `max_budget: ${gatewayBudget}`));
    await demo();
    await mustBeThere();
  });

  test("the gateway must stop at the config's max_budget", async () => {
    await gatewayMustStopAtItsBudget(shared());
  });
};
