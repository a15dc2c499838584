import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, statSync } from "node:fs";
import { expect, test } from "vitest";
import { fakeKey } from "../../support/scenario-base.ts";
import { describeOnEngine, openScenario } from "../../support/scenario-hooks.ts";
import { expectNothingMade, expectWell, failureOf, idle, openStack } from "./small-stack.ts";

describeOnEngine("a .env with mistakes", () => {
  test("up must name every malformed line by number, and no value of any line", async () => {
    const stack = await openStack({ web: idle });
    const [first, second] = [fakeKey(), fakeKey()];
    const good = stack.read(".env");
    const lines = good.trimEnd().split("\n").length;
    stack.write(".env", `${good.trimEnd()}\nthis is ${first}\nOTHER='${second}\n`);
    const up = await stack.run(["up", "--json"]);
    const error = failureOf(up, 2, "env-file-invalid");
    const path = ".env";
    expect(error.message).toBe(`${path}:${lines + 1} there is no = here`);
    expect(error.evidence).toEqual([`${path}:${lines + 2} the quote of OTHER is not closed`]);
    expect(error.fixes[0]?.command).toBe(`$EDITOR +${lines + 1} ${path}`);
    for (const value of [first, second]) expect(up.output).not.toContain(value);
    await expectNothingMade(stack);
    stack.write(".env", good);
    await expectWell(stack);
  });

  test.for([
    ["p@ss:word/9", "divides a URL"],
    ["hundred%25", "percent"],
    ["two words", "space"],
  ])("up must refuse a password that would need URL-encoding: %s", async ([password = "", why = ""]) => {
    const stack = await openScenario({ env: { POSTGRES_PASSWORD: `'${password}'` } });
    const up = await stack.run(["up", "--json"]);
    const error = failureOf(up, 2, "password-needs-encoding");
    expect(error.message).toContain("POSTGRES_PASSWORD would need URL-encoding");
    expect(error.text).toContain(why);
    expect(up.output).not.toContain(password);
    await expectNothingMade(stack);
  });

  test("without a key and without a terminal, up must name the variables and the file it has made", async () => {
    const stack = await openScenario({ envFile: false });
    const up = await stack.run(["up", "--json"]);
    const error = failureOf(up, 2, "no-provider-key");
    for (const name of [
      "AZURE_API_KEY",
      "AZURE_API_BASE",
      "GROQ_API_KEY",
      "OPENAI_API_KEY",
      "ANTHROPIC_API_KEY",
      ".env",
    ])
      expect(error.message).toContain(name);
    expect(existsSync(stack.path(".env"))).toBe(true);
    expect(statSync(stack.path(".env")).mode & 0o777).toBe(0o600);
    expect(readFileSync(stack.path(".env"), "utf8")).toContain("GROQ_API_KEY=");
    await expectNothingMade(stack);
  });

  test("up must say which half of Azure's pair is missing", async () => {
    const key = randomBytes(16).toString("hex");
    const stack = await openScenario({ env: { GROQ_API_KEY: "", AZURE_API_KEY: key } });
    const up = await stack.run(["up", "--json"]);
    const error = failureOf(up, 2, "no-provider-key");
    expect(error.evidence).toEqual(["Azure OpenAI: AZURE_API_BASE is missing"]);
    expect(up.output).not.toContain(key);
  });

  test("the gateway's own key in the shell must not be taken for OpenAI's, and a note must say so", async () => {
    const stack = await openScenario({ env: { GROQ_API_KEY: "" } });
    const up = await stack.run(["up"], { env: { OPENAI_API_KEY: "sk-dev-key" } });
    expect(up.exitCode, up.output).toBe(2);
    expect(up.stderr).toContain("OPENAI_API_KEY in this shell is the gateway's own key");
    expect(up.stderr).toContain("no provider key");
    await expectNothingMade(stack);
  });
});
