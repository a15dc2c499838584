import { expect, test } from "vitest";
import { openProject } from "../support/goat-project.ts";

test("when a service breaks, its status, last words and what to type must be said, and nothing of it lost", async () => {
  const log = ["starting", "P1000: Authentication failed against database server at `postgres`"];
  const { goat, engine } = await openProject({ services: { litellm: { log, exit: { code: 1 } } } });
  const { exitCode, out, err } = await goat(["up"]);
  expect({ exitCode, out }).toEqual({ exitCode: 5, out: "" });
  expect(err).toMatchInlineSnapshot(`
    "✔ checks      groq key set · ports 15432 13001 14000 free · Docker 1 (test)
    ✔ postgres    created · ready in 1.2 s
    ✔ langfuse    created · ready in 1.2 s
    ✖ litellm     cannot log in to its database: DATABASE_URL holds another user or password than .env
    - gateway     skipped: needs litellm

    litellm cannot log in to its database: DATABASE_URL holds another user or password than .env   [database-url-refused]

      seen       litellm: P1000: Authentication failed against database server at \`postgres\`
      fix        goat-dev config         shows its DATABASE_URL; make it from POSTGRES_USER and POSTGRES_PASSWORD in the Compose file
                 goat-dev logs litellm   the whole log
    "
  `);
  const { services } = await engine.observe({ stack: "goat", images: [] }, new AbortController().signal);
  expect(services.map(({ name, state }) => `${name} ${state}`)).toContain("litellm exited");
});

test("when the first service breaks, what needs it must be told as skipped", async () => {
  const { goat } = await openProject({ services: { postgres: { exit: { code: 2 }, log: ["no space left"] } } });
  const { exitCode, err } = await goat(["up"]);
  expect(exitCode).toBe(5);
  expect(err).toMatchInlineSnapshot(`
    "✔ checks      groq key set · ports 15432 13001 14000 free · Docker 1 (test)
    ✖ postgres    exited with status 2 after 0.0 s
    - langfuse    skipped: needs postgres
    - litellm     skipped: needs langfuse
    - gateway     skipped: needs postgres

    postgres exited with status 2 after 0.0 s   [service-exited]

      seen       no space left
      fix        goat-dev logs postgres   shows the whole log; no cause is known for this
    "
  `);
});

test("a limit that passes must name what was last heard", async () => {
  const project = await openProject();
  project.standIns.answers = { ...project.standIns.answers, isUnwell: true };
  const { exitCode, err } = await project.goat(["up", "--timeout", "30s"]);
  expect(exitCode).toBe(5);
  expect(err).toMatchInlineSnapshot(`
    "✔ checks      groq key set · ports 15432 13001 14000 free · Docker 1 (test)
    ✔ postgres    created · ready in 1.2 s
    ✔ langfuse    created · ready in 1.2 s
    ✖ litellm     is not ready after 26 s; last: GET /health/liveliness on port 14000 answers 503
    - gateway     skipped: needs litellm

    litellm is not ready after 26 s; last: GET /health/liveliness on port 14000 answers 503   [service-not-ready]

      fix        goat-dev logs litellm   shows the whole log; no cause is known for this
    "
  `);
});

test("Ctrl-C must end the run with 130, and leave what has started", async () => {
  const interrupt = new AbortController();
  const { goat, engine } = await openProject({
    beforeApply: (op) => {
      if (op.type === "start-container" && op.container.includes("langfuse"))
        interrupt.abort(new DOMException("interrupted", "AbortError"));
    },
  });
  const { exitCode, err } = await goat(["up"], { signal: interrupt.signal });
  expect(exitCode).toBe(130);
  expect(err).toMatchInlineSnapshot(`
    "✔ checks      groq key set · ports 15432 13001 14000 free · Docker 1 (test)
    ✔ postgres    created · ready in 1.2 s
    - langfuse    stopped waiting
    - litellm     stopped waiting

    interrupted; what has started is left running   [interrupted]

      fix        goat-dev up     goes on
                 goat-dev down   stops it
    "
  `);
  const { services } = await engine.observe({ stack: "goat", images: [] }, new AbortController().signal);
  expect(services.map(({ name, state }) => `${name} ${state}`)).toContain("postgres running");
});
