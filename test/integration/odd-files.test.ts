import { rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openProject } from "../support/goat-project.ts";
import { oddFiles } from "../support/odd-files.ts";

const places = [".env", "dev/docker-compose.yml", "dev/litellm-config.yaml"];
const cases = places.flatMap((place) => Object.keys(oddFiles).map((name) => ({ place, name })));

test.each(cases)("a $name as $place must end in words and something to type", async ({ place, name }) => {
  const { folder, goat } = await openProject();
  rmSync(join(folder, place));
  await oddFiles[name]?.make(join(folder, place));
  for (const command of [["config"], ["models", "check"], ["env"], ["up", "--no-example"]]) {
    const { exitCode, err } = await goat(command);
    expect([command, [0, 2].includes(exitCode), err]).toEqual([command, true, err]);
    if (exitCode !== 0) expect(err).toContain(" fix  ");
  }
});

test("a whole machine that is mounted must not be looked into, by any command", async () => {
  const { goat, edit } = await openProject();
  edit("dev/docker-compose.yml", (text) =>
    text.replace(`volumes: ["./litellm`, `volumes: ["/:/rootfs:ro", "./litellm`),
  );
  expect((await goat(["config"])).out).toContain("/rootfs");
  expect((await goat(["status"])).exitCode).toBe(5);
});
