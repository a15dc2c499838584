import { expect, test } from "vitest";
import { describeLocally, shareLocally } from "../support/local-scenario.ts";
import { sql } from "../support/local-sql.ts";
import { statefulTests } from "../support/stateful-suite.ts";

describeLocally("the stateful half without Docker", () => {
  const shared = shareLocally();

  test("a stack whose LiteLLM ran without its database must say so, and go over to it with every row that was there", async () => {
    const stack = shared();
    const off = { env: { GOAT_DEV_LITELLM_DATABASE: "off" } };
    const up = await stack.run(["up", "--demo", "--no-example"], off);
    expect(up.exitCode, up.output).toBe(0);
    expect(up.stdout).toMatch(/^ {2}Budgets +not enforced: litellm runs without a database here$/m);
    expect(up.stdout).not.toContain("/ui");
    expect((await stack.run(["status"], off)).stdout).toContain("without a database: budgets are not enforced");
    expect((await stack.run(["doctor"], off)).stdout).toMatch(/^✔ gateway +litellm ready \(without a database\)$/m);
    await sql(stack, "create table kept as select generate_series(1, 1000) as id");
    const before = await stack.pids();

    const over = await stack.run(["up", "--demo", "--no-example"]);
    expect(over.exitCode, over.output).toBe(0);
    expect(over.stdout).toMatch(/^ {2}Admin +http:/m);
    const { litellm, ...others } = await stack.pids();
    expect(litellm).not.toBe(before["litellm"]);
    expect(before).toMatchObject(others);
    expect(await sql(stack, "select count(*)::int from kept")).toEqual([[1000]]);
    expect((await stack.run(["status"])).stdout).not.toContain("budgets are not enforced");
  });

  statefulTests(shared);
});
