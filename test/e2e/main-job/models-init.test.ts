import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { describeOnEngine, openScenario } from "../../support/scenario-hooks.ts";

describeOnEngine("models add in a folder of no project", () => {
  test("must offer init on a terminal, and then add the model to the files that init wrote", async () => {
    const stack = await openScenario();
    const folder = join(stack.folder, "..", "elsewhere");
    mkdirSync(folder);
    const words = ["models", "add", "claude", "--route", "anthropic/claude-sonnet-4-5"];
    const add = stack.start(words, { tty: true, cwd: folder });
    await add.until(/Put dev\/ into this repository.*\?/);
    add.write("y\r");
    await add.until(/Write \d+ files\?/);
    add.write("y\r");
    await add.until(/Change \d files like this\?/);
    add.write("y\r");
    const { exitCode, output } = await add.done;
    expect(exitCode, output).toBe(0);
    for (const name of ["litellm-config.yaml", "litellm-config-modal.yaml"]) {
      expect(readFileSync(join(folder, "dev", name), "utf8")).toContain("model_name: claude\n");
    }
  });
});
