import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openProject } from "../support/goat-project.ts";
import { tinyPostgres } from "../support/tiny-postgres.ts";

const open = async (postgres = tinyPostgres()) => {
  const project = await openProject({ services: postgres.services });
  await project.goat(["up"]);
  return { ...project, state: postgres.state };
};

describe("db snapshot", () => {
  test("must keep a copy for its owner alone, say what it holds, and list it", async () => {
    const { goat, folder, neutral } = await open();
    expect((await goat(["db", "snapshots"])).out).toBe("No snapshot in .goat-dev/snapshots: goat-dev db snapshot\n");
    expect(neutral((await goat(["db", "snapshot", "first"])).out)).toMatchInlineSnapshot(`
      "first: 3 rows of 1 table, 119 B in .goat-dev/snapshots/first.sql.gz
      "
    `);
    await goat(["db", "snapshot"]);
    const place = join(folder, ".goat-dev/snapshots");
    expect(readdirSync(place).map((name) => [name, statSync(join(place, name)).mode & 0o777])).toMatchInlineSnapshot(`
      [
        [
          ".gitignore",
          420,
        ],
        [
          "2026-01-01T00-00-06.json",
          384,
        ],
        [
          "2026-01-01T00-00-06.sql.gz",
          384,
        ],
        [
          "first.json",
          384,
        ],
        [
          "first.sql.gz",
          384,
        ],
      ]
    `);
    expect((await goat(["db", "snapshots"])).out).toMatchInlineSnapshot(`
      "  NAME                 MADE     SIZE   ROWS  STACK
        2026-01-01T00-00-06  0 s ago  119 B  3     goat
        first                1 s ago  119 B  3     goat
      "
    `);
    expect((await goat(["db", "snapshot", "first"])).exitCode).toBe(2);
    expect((await goat(["db", "snapshot", "../first"])).exitCode).toBe(2);
  });

  test("of a database that does not run must say what starts it", async () => {
    const { goat } = await open();
    await goat(["down"]);
    expect((await goat(["db", "snapshot"])).err).toMatchInlineSnapshot(`
      "postgres is not running   [service-not-ready]

        fix        goat-dev up postgres   starts it
        more       goat-dev logs postgres
      "
    `);
  });
});

describe("db restore", () => {
  test("must ask, copy what is there, hold the others still, count, and start them again", async () => {
    const { goat, engine, state } = await open();
    await goat(["db", "snapshot", "first"]);
    state.rows = 5;
    const refused = await goat(["db", "restore", "first"]);
    expect({ ...refused, json: null }).toMatchInlineSnapshot(`
      {
        "err": "this replaces everything in the database by first (119 B, of 2026-01-01 00:00), and nobody is here to ask   [confirmation-needed]

        fix        goat-dev db restore first --yes   replaces it without asking
      ",
        "exitCode": 2,
        "json": null,
        "out": "",
      }
    `);
    const from = engine.applied.length;
    const { exitCode, out } = await goat(["db", "restore", "first"], { answers: [["Replace", "y"]] });
    expect({ exitCode, out }).toMatchInlineSnapshot(`
      {
        "exitCode": 0,
        "out": "Restored first: 3 rows in 1 table, as many as the snapshot holds; langfuse and litellm are ready.
      What was there before: goat-dev db restore before-2026-01-01T00-00-07
      ",
      }
    `);
    expect(state.rows).toBe(3);
    expect(
      engine.applied.slice(from).map((one) => `${one.type} ${"container" in one ? one.container : ""}`),
    ).toMatchInlineSnapshot(`
      [
        "start-container goat-postgres-1",
        "stop-container goat-litellm-1",
        "stop-container goat-langfuse-1",
        "start-container goat-postgres-1",
        "start-container goat-langfuse-1",
        "start-container goat-litellm-1",
      ]
    `);
  });

  test("that loses a row, or of which psql complains, must fail by name and show the way back", async () => {
    const { goat, state } = await open(tinyPostgres(3, 1));
    await goat(["db", "snapshot", "first"]);
    const lost = await goat(["db", "restore", "first", "--yes"]);
    expect(lost.exitCode).toBe(1);
    expect(lost.err).toMatchInlineSnapshot(`
      "✔ litellm     stopped
      ✔ langfuse    stopped

      not every row of first is in the database   [restore-incomplete]

        seen       litellm public.kept: 2 of 3
        fix        goat-dev db restore before-2026-01-01T00-00-06   brings back what was there before
      "
    `);
    state.complaint = "psql:<stdin>:9: ERROR:  database is being accessed by other users\n";
    const complained = await goat(["db", "restore", "first", "--yes", "--no-snapshot"]);
    expect(complained.exitCode).toBe(1);
    expect(complained.err).toContain("database is being accessed by other users");
  });

  test("of what is not there, or was taken on another engine, must be refused with something to type", async () => {
    const { goat, write } = await open();
    await goat(["db", "snapshot", "first"]);
    expect((await goat(["db", "restore", "frist", "--yes"])).err).toContain("goat-dev db restore first");
    write(".goat-dev/snapshots/other.tar.gz", "");
    expect((await goat(["db", "restore", "other", "--yes"])).err).toContain("taken without Docker");
  });
});

test("db reset must delete the database's volume after a snapshot, and begin anew with what ran", async () => {
  const { goat } = await open();
  const { exitCode, out } = await goat(["db", "reset", "--yes"]);
  expect({ exitCode, out }).toMatchInlineSnapshot(`
    {
      "exitCode": 0,
      "out": "Deleted goat_postgres-data; langfuse, litellm and postgres are ready.
    What was there before: goat-dev db restore goat-2026-01-01T00-00-04
    ",
    }
  `);
});
