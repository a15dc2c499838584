import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { expect, test } from "vitest";
import { describeOnEngine, openScenario } from "../../support/scenario-hooks.ts";
import { expectNothingMade, expectWell, failureOf, idle, openStack } from "./small-stack.ts";

const mounting = { ...idle, volumes: ["./settings.yaml:/etc/settings.yaml:ro"] };

describeOnEngine("a mounted file", () => {
  test.for(["up", "restart"])(
    "%s must name a missing one, and never let the engine make a folder of it",
    async (command) => {
      const stack = await openStack({ web: mounting });
      const path = stack.path("dev", "settings.yaml");
      const error = failureOf(await stack.run([command, "--json"]), 2, "mount-source-missing");
      expect(error).toMatchObject({
        service: "web",
        message: "web mounts dev/settings.yaml as /etc/settings.yaml, and it is missing",
        fixes: [{ command: "goat-dev up" }],
      });
      expect(existsSync(path)).toBe(false);
      await expectNothingMade(stack);
      stack.write("dev/settings.yaml", "a: 1\n");
      await expectWell(stack);
    },
  );

  test("up must refuse a folder in a file's place", async () => {
    const stack = await openStack({ web: mounting });
    const path = stack.path("dev", "settings.yaml");
    mkdirSync(path);
    const error = failureOf(await stack.run(["up", "--json"]), 2, "mount-source-wrong-kind");
    expect(error.message).toBe("web mounts dev/settings.yaml as /etc/settings.yaml, and it is a folder, not a file");
    await expectNothingMade(stack);
    expect(readdirSync(path)).toEqual([]);
    rmSync(path, { recursive: true });
    stack.write("dev/settings.yaml", "a: 1\n");
    await expectWell(stack);
  });

  test("up must leave a running service alone when its file goes missing", async () => {
    const stack = await openStack({ web: mounting });
    stack.write("dev/settings.yaml", "a: 1\n");
    await expectWell(stack);
    const before = await stack.container("web");
    rmSync(stack.path("dev", "settings.yaml"));
    failureOf(await stack.run(["up", "--json"]), 2, "mount-source-missing");
    expect(await stack.container("web")).toEqual(before);
    expect(existsSync(stack.path("dev", "settings.yaml"))).toBe(false);
  });
});

describeOnEngine("a Compose file with mistakes", () => {
  const refused = async (text: string, code = "compose-invalid") => {
    const stack = await openScenario();
    stack.write("dev/docker-compose.yml", text);
    const error = failureOf(await stack.run(["up", "--json"]), 2, code);
    await expectNothingMade(stack);
    return error;
  };

  test("every mistake must be told at once, each with its line and column", async () => {
    const error = await refused(`services:
  web:
    image: nginx:\${VERSION
    ports: ["70000:80"]
    restart: sometimes
    enviroment: { A: 1 }
    depends_on: [dbb]
    mem_limit: lots
  db:
    image: postgres:\${PG:?which Postgres}
    external_links: [elsewhere]
`);
    const places = error.evidence.map((line) => line.split(" ")[0]);
    expect(places).toEqual([
      "dev/docker-compose.yml:3:12",
      "dev/docker-compose.yml:4:13",
      "dev/docker-compose.yml:5:14",
      "dev/docker-compose.yml:6:5",
      "dev/docker-compose.yml:7:18",
      "dev/docker-compose.yml:8:16",
      "dev/docker-compose.yml:10:12",
      "dev/docker-compose.yml:11:5",
    ]);
    expect(error.text).toContain('did you mean "db"');
    expect(error.text).toContain('did you mean "environment"');
    expect(error.text).toContain("which Postgres");
    expect(error.message).toContain("8 mistakes");
  });

  test("YAML that cannot be read must be told with its place", async () => {
    const error = await refused("services:\n  web:\n    image: nginx\n   ports: []\n");
    expect(error.text).toMatch(/dev\/docker-compose\.yml:4:\d+ /);
  });

  test("a dependency circle must be shown as a circle", async () => {
    const image = "image: nginx";
    const error = await refused(
      `services:
  a: { ${image}, depends_on: [b] }
  b: { ${image}, depends_on: [c] }
  c: { ${image}, depends_on: [a] }
`,
      "dependency-cycle",
    );
    expect(error.message).toContain("a → b → c → a");
  });

  test("a Compose file that is not there must be named", async () => {
    const stack = await openScenario();
    const error = failureOf(await stack.run(["-f", "stacks/mine.yml", "up", "--json"]), 2, "compose-file-missing");
    expect(error.message).toContain("stacks/mine.yml");
  });

  test.for(["up", "restart", "logs"])("%s must refuse an unknown service and say which there are", async (command) => {
    const stack = await openStack({ postgres: idle, litellm: idle });
    const error = failureOf(await stack.run([command, "litelm", "--json"]), 2, "unknown-service");
    expect(error.text + JSON.stringify(error.fixes)).toContain("litellm");
    expect(error.message).toContain("litelm");
    await expectNothingMade(stack);
  });
});
