import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { composeText } from "../support/goat-files.ts";
import { openProject, type ProjectOptions } from "../support/goat-project.ts";
import { tinyPostgres } from "../support/tiny-postgres.ts";

/** With images and volume as the shipped file has them: by variables. */
const byVariables = composeText
  .replace("image: postgres:16", "image: $" + "{POSTGRES_IMAGE:-postgres:15}")
  .replace("image: langfuse/langfuse:2.95.12", "image: $" + "{LANGFUSE_IMAGE:-langfuse/langfuse:2.90.0}")
  .replace("image: litellm:v1", "image: $" + "{LITELLM_IMAGE:-litellm/litellm:v1.100.0}")
  .replace(
    /postgres-data:\n$/,
    "postgres-data: { name: '$" + "{COMPOSE_PROJECT_NAME}_$" + "{POSTGRES_VOLUME:-postgres-data}' }\n",
  );

const earlier = ["postgres:15", "langfuse/langfuse:2.90.0", "litellm/litellm:v1.100.0"];
const tested = ["postgres:16", "langfuse/langfuse:2.95.12", "litellm/litellm:v1.103.10"];
const idsOf = (images: readonly string[]) => Object.fromEntries(images.map((image) => [image, `sha256:${image}`]));

const open = async (postgres = tinyPostgres(), options: ProjectOptions = {}) => {
  const project = await openProject({
    images: idsOf(earlier),
    registry: idsOf(tested),
    services: postgres.services,
    ...options,
    files: { "dev/docker-compose.yml": byVariables, ...options.files },
  });
  expect((await project.goat(["up"])).exitCode).toBe(0);
  const imagesNow = async () => {
    const { services, volumes } = await project.engine.observe(
      { stack: "goat", images: [] },
      new AbortController().signal,
    );
    return { images: services.map(({ image }) => image).sort(), volumes: volumes.map(({ name }) => name).sort() };
  };
  return { ...project, state: postgres.state, imagesNow };
};

describe("upgrade --plan", () => {
  test("must say what changes from which version to which, and where the data goes, and change nothing", async () => {
    const { goat, engine, read } = await open();
    const [applied, env] = [engine.applied.length, read(".env")];
    const { exitCode, out } = await goat(["upgrade", "--plan"]);
    expect({ exitCode, out }).toMatchInlineSnapshot(`
      {
        "exitCode": 0,
        "out": "  SERVICE   IMAGE
        postgres  postgres:15 -> postgres:16
        langfuse  langfuse/langfuse:2.90.0 -> langfuse/langfuse:2.95.12
        litellm   litellm/litellm:v1.100.0 -> litellm/litellm:v1.103.10

        .env: POSTGRES_IMAGE=postgres:16
        .env: LANGFUSE_IMAGE=langfuse/langfuse:2.95.12
        .env: LITELLM_IMAGE=litellm/litellm:v1.103.10
        .env: POSTGRES_VOLUME=postgres-data-16
        data of Postgres 15 in goat_postgres-data: copied into goat_postgres-data-16 for Postgres 16
      ",
      }
    `);
    expect((await goat(["upgrade", "--dry-run"])).out).toBe(out);
    expect(engine.applied).toHaveLength(applied);
    expect(read(".env")).toBe(env);
  });

  test("of what is tested already must say so, with what runs", async () => {
    const { goat } = await open(tinyPostgres(), { images: idsOf([...earlier, ...tested]) });
    await goat(["upgrade", "--yes"]);
    const { exitCode, out } = await goat(["upgrade"]);
    expect({ exitCode, out }).toMatchInlineSnapshot(`
      {
        "exitCode": 0,
        "out": "Nothing to upgrade.

        SERVICE   IMAGE
        postgres  postgres:16                as tested
        langfuse  langfuse/langfuse:2.95.12  as tested
        litellm   litellm/litellm:v1.103.10  as tested
      ",
      }
    `);
  });

  test("must leave alone what the Compose file names itself, and say what stands in the data's way", async () => {
    const { goat } = await open(tinyPostgres(), {
      files: {
        "dev/docker-compose.yml": byVariables
          .replace(/\$\{LITELLM_IMAGE:-(.*)\}/, "$1")
          .replace(/postgres-data: \{.*\}/, "postgres-data:"),
      },
    });
    expect((await goat(["upgrade", "--plan"])).out).toMatchInlineSnapshot(`
      "  SERVICE   IMAGE
        postgres  postgres:15 -> postgres:16
        langfuse  langfuse/langfuse:2.90.0 -> langfuse/langfuse:2.95.12
        litellm   litellm/litellm:v1.100.0                               named by the Compose file itself, without a variable: left as it is

        .env: POSTGRES_IMAGE=postgres:16
        .env: LANGFUSE_IMAGE=langfuse/langfuse:2.95.12

      It cannot be done yet: the data of postgres has to go into another volume, and dev/docker-compose.yml leaves no way to name one.
        $EDITOR dev/docker-compose.yml   give its volume this line: name: \${COMPOSE_PROJECT_NAME:-goat}_\${POSTGRES_VOLUME:-postgres-data}
      "
    `);
    const { exitCode, err } = await goat(["upgrade", "--yes"]);
    expect({ exitCode, err }).toMatchInlineSnapshot(`
      {
        "err": "nothing was changed: the data of postgres has to go into another volume, and dev/docker-compose.yml leaves no way to name one   [usage]

        fix        $EDITOR dev/docker-compose.yml   give its volume this line: name: \${COMPOSE_PROJECT_NAME:-goat}_\${POSTGRES_VOLUME:-postgres-data}
      ",
        "exitCode": 2,
      }
    `);
  });

  test("must see that a variable of the shell would win", async () => {
    const { goat } = await open();
    const { exitCode, err } = await goat(["upgrade", "--yes"], { env: { LITELLM_IMAGE: "litellm/litellm:v1.100.0" } });
    expect(exitCode).toBe(2);
    expect(err).toContain("unset LITELLM_IMAGE");
  });
});

describe("upgrade", () => {
  test("must ask, copy, move the data, count it, write .env, and prove it", async () => {
    const { goat, read, folder, imagesNow, engine } = await open();
    const refused = await goat(["upgrade"]);
    expect({ ...refused, json: null }).toMatchInlineSnapshot(`
      {
        "err": "this makes services of goat anew, and nobody is here to ask   [confirmation-needed]

        seen       postgres: postgres:15 -> postgres:16
                   langfuse: langfuse/langfuse:2.90.0 -> langfuse/langfuse:2.95.12
                   litellm: litellm/litellm:v1.100.0 -> litellm/litellm:v1.103.10
        fix        goat-dev upgrade --plan   shows what would be done
                   goat-dev upgrade --yes    does it, after a snapshot
      ",
        "exitCode": 2,
        "json": null,
        "out": "",
      }
    `);
    const from = engine.applied.length;
    const { exitCode, out } = await goat(["upgrade"], { answers: [["Upgrade goat", "y"]] });
    expect({ exitCode, out }).toMatchInlineSnapshot(`
      {
        "exitCode": 0,
        "out": "  SERVICE   IMAGE
        postgres  postgres:15 -> postgres:16
        langfuse  langfuse/langfuse:2.90.0 -> langfuse/langfuse:2.95.12
        litellm   litellm/litellm:v1.100.0 -> litellm/litellm:v1.103.10

      3 rows in 1 table, as many as before; a copy is before-upgrade-2026-01-01T00-00-04.
      goat_postgres-data is as it was, for the way back.
      What was there before: goat-dev upgrade --back

      Up in 7.2 s = langfuse 1.2 + litellm 1.2

        Gateway    http://127.0.0.1:14000/v1   key sk-dev-key (LITELLM_MASTER_KEY)
        Traces     http://localhost:13001   (trace recorder, in Langfuse's place)
        Postgres   postgresql://postgres@127.0.0.1:15432/litellm

      Point a program at it:   eval "$(goat-dev env)"   or   goat-dev run -- python my_program.py
      ",
      }
    `);
    expect(
      engine.applied.slice(from).map((one) => `${one.type} ${"container" in one ? one.container : ""}`),
    ).toMatchInlineSnapshot(`
      [
        "pull-image ",
        "pull-image ",
        "pull-image ",
        "stop-container goat-litellm-1",
        "stop-container goat-langfuse-1",
        "start-container goat-postgres-1",
        "create-volume ",
        "create-container container-5_goat-postgres-1",
        "stop-container goat-postgres-1",
        "remove-container container-5",
        "rename-container container-5_goat-postgres-1",
        "start-container goat-postgres-1",
        "start-container goat-postgres-1",
        "start-container goat-postgres-1",
        "create-container container-3_goat-langfuse-1",
        "create-container container-4_goat-litellm-1",
        "stop-container goat-litellm-1",
        "remove-container container-4",
        "stop-container goat-langfuse-1",
        "rename-container container-4_goat-litellm-1",
        "remove-container container-3",
        "rename-container container-3_goat-langfuse-1",
        "start-container goat-langfuse-1",
        "start-container goat-litellm-1",
      ]
    `);
    expect(await imagesNow()).toMatchInlineSnapshot(`
      {
        "images": [
          "langfuse/langfuse:2.95.12",
          "litellm/litellm:v1.103.10",
          "postgres:16",
        ],
        "volumes": [
          "goat_postgres-data",
          "goat_postgres-data-16",
        ],
      }
    `);
    expect(read(".env").split("\n").slice(4)).toMatchInlineSnapshot(`
      [
        "POSTGRES_IMAGE=postgres:16",
        "LANGFUSE_IMAGE=langfuse/langfuse:2.95.12",
        "LITELLM_IMAGE=litellm/litellm:v1.103.10",
        "POSTGRES_VOLUME=postgres-data-16",
        "",
      ]
    `);
    expect(statSync(join(folder, ".env")).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(folder, ".goat-dev/snapshots")).some((name) => name.startsWith("before-upgrade-"))).toBe(
      true,
    );
  });

  test("of one service must touch no other, and keep the data where it is", async () => {
    const { goat, imagesNow, state } = await open();
    state.rows = 5;
    expect((await goat(["upgrade", "litellm", "--yes"])).exitCode).toBe(0);
    expect(await imagesNow()).toEqual({
      images: ["langfuse/langfuse:2.90.0", "litellm/litellm:v1.103.10", "postgres:15"],
      volumes: ["goat_postgres-data"],
    });
    expect((await goat(["upgrade", "litelm"])).err).toContain("did you mean litellm?");
  });

  test("whose image cannot be had must stop nothing and write nothing", async () => {
    const { goat, read, imagesNow } = await open(tinyPostgres(), { registry: {} });
    const env = read(".env");
    expect((await goat(["upgrade", "--yes"])).exitCode).not.toBe(0);
    expect(read(".env")).toBe(env);
    expect((await imagesNow()).images).toEqual([...earlier].sort());
    expect((await goat(["up", "--plan"])).out).toBe("Nothing to do.\n");
  });

  test("that loses a row must write nothing, and up must go on as before", async () => {
    const { goat, read, imagesNow } = await open(tinyPostgres(3, 1));
    const env = read(".env");
    const { exitCode, err } = await goat(["upgrade", "--yes"]);
    expect({ exitCode, err }).toMatchInlineSnapshot(`
      {
        "err": "✔ images      postgres 100 B pulled · langfuse 100 B pulled · litellm 100 B pulled
      ✔ litellm     stopped
      ✔ langfuse    stopped
      ✔ checks      Docker 1 (test)
      ✔ postgres    recreated: image changed · ready in 1.2 s

      not every row of before-upgrade-2026-01-01T00-00-04 is in the database   [restore-incomplete]

        seen       litellm public.kept: 2 of 3
        fix        goat-dev up   goes on as before: .env is as it was
      ",
        "exitCode": 1,
      }
    `);
    expect(read(".env")).toBe(env);
    expect((await goat(["up"])).exitCode).toBe(0);
    expect((await imagesNow()).images).toEqual([...earlier].sort());
    // What the try has left is not taken for the next one.
    expect((await goat(["upgrade", "--plan"])).out).toContain("goat_postgres-data-16-2");
  });
});

describe("upgrade --back", () => {
  test("must bring images, volume and .env back by one command, also where the proof failed", async () => {
    const { goat, read, imagesNow, standIns } = await open();
    const env = read(".env");
    standIns.answers = { ...standIns.answers, models: [] };
    const failed = await goat(["upgrade", "--yes"]);
    expect(failed.exitCode).not.toBe(0);
    expect(failed.err).toContain("goat-dev upgrade --back");
    standIns.answers = { ...standIns.answers, models: ["llama-3.3-70b", "gpt-5-mini"] };
    expect((await goat(["upgrade", "--back", "--plan"])).out).toMatchInlineSnapshot(`
      "  POSTGRES_IMAGE=postgres:15
        LANGFUSE_IMAGE=langfuse/langfuse:2.90.0
        LITELLM_IMAGE=litellm/litellm:v1.100.0
        POSTGRES_VOLUME=postgres-data
        data: as in before-upgrade-2026-01-01T00-00-04
      "
    `);
    const { exitCode, out } = await goat(["upgrade", "--back", "--yes"]);
    expect({ exitCode, out }).toMatchInlineSnapshot(`
      {
        "exitCode": 0,
        "out": "Back at postgres:15, langfuse/langfuse:2.90.0, litellm/litellm:v1.100.0 and postgres-data.
      3 rows in 1 table, as many as before the upgrade.

      Up in 4.8 s = langfuse 1.2 + litellm 1.2

        Gateway    http://127.0.0.1:14000/v1   key sk-dev-key (LITELLM_MASTER_KEY)
        Traces     http://localhost:13001   (trace recorder, in Langfuse's place)
        Postgres   postgresql://postgres@127.0.0.1:15432/litellm

      Point a program at it:   eval "$(goat-dev env)"   or   goat-dev run -- python my_program.py
      ",
      }
    `);
    expect(await imagesNow()).toMatchObject({ images: [...earlier].sort() });
    expect((await goat(["status"])).exitCode).toBe(0);
    expect(read(".env"), "without the lines that were added").toBe(env);
    expect((await goat(["upgrade", "--back", "--yes"])).err).toContain("no upgrade of goat to go back from");
  });

  test("must write into .env what was there, where it was, and what the Compose file says no more", async () => {
    const before =
      "# mine\nLITELLM_IMAGE=litellm/litellm:v1.100.0 # pinned\n# POSTGRES_IMAGE=postgres:16\nGROQ_API_KEY=";
    const { goat, read, write, imagesNow } = await open();
    const key = /GROQ_API_KEY=(.*)/.exec(read(".env"))?.[1];
    write(".env", `${read(".env").trimEnd()}\n${before}${key}`);
    const env = read(".env");
    await goat(["upgrade", "--yes"]);
    expect(read(".env")).toContain("\nPOSTGRES_IMAGE=postgres:16\n");
    expect((await goat(["upgrade", "--back", "--yes"])).exitCode).toBe(0);
    expect(read(".env")).toBe(env);

    await goat(["upgrade", "langfuse", "--yes"]);
    write("dev/docker-compose.yml", byVariables.replace("langfuse:2.90.0", "langfuse:2.95.12"));
    expect((await goat(["upgrade", "--back", "--yes"])).exitCode).toBe(0);
    expect(read(".env")).toBe(`${env}\nLANGFUSE_IMAGE=langfuse/langfuse:2.90.0`);
    expect(await imagesNow()).toMatchObject({ images: [...earlier].sort() });
  });

  test("where the data stayed in its volume, must put the snapshot in its place and keep what was there", async () => {
    const { goat, state, folder } = await open();
    await goat(["upgrade", "litellm", "--yes"]);
    state.rows = 9;
    const { exitCode, out } = await goat(["upgrade", "--back"], { answers: [["Go back", "y"]] });
    expect({ exitCode, out }).toMatchInlineSnapshot(`
      {
        "exitCode": 0,
        "out": "Back at litellm/litellm:v1.100.0.
      3 rows in 1 table, as many as before the upgrade.
      What was there until now: goat-dev db restore before-back-2026-01-01T00-00-09

      Up in 4.8 s = litellm 2.4

        Gateway    http://127.0.0.1:14000/v1   key sk-dev-key (LITELLM_MASTER_KEY)
        Traces     http://localhost:13001   (trace recorder, in Langfuse's place)
        Postgres   postgresql://postgres@127.0.0.1:15432/litellm

      Point a program at it:   eval "$(goat-dev env)"   or   goat-dev run -- python my_program.py
      ",
      }
    `);
    expect(state.rows).toBe(3);
    expect(existsSync(join(folder, ".goat-dev/upgrade.json"))).toBe(false);
  });
});
