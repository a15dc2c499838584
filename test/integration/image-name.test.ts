import { expect, test } from "vitest";
import { openProject } from "../support/goat-project.ts";

test("an image's name in capital letters must end in exit 2 with file, line and the name to write", async () => {
  const project = await openProject();
  project.edit("dev/docker-compose.yml", (text) => text.replace(/image: .*/, "image: Postgres:16"));
  const { exitCode, err } = await project.goat(["up"]);
  expect({ exitCode, err }).toMatchInlineSnapshot(`
    {
      "err": "dev/docker-compose.yml:6:12 "Postgres:16" has capital letters, which no image's name has: write postgres:16   [compose-invalid]

      fix        $EDITOR +6 dev/docker-compose.yml   then: goat-dev up
    ",
      "exitCode": 2,
    }
  `);
  expect(project.engine.applied).toEqual([]);
});
