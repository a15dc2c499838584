import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { fails } from "../support/fails.ts";
import { openProject } from "../support/goat-project.ts";

test("without .env it must be made from the template, for its owner alone, and the keys be named", async () => {
  const project = await openProject({ env: null });
  const { exitCode, err } = await fails(project);
  expect(exitCode).toBe(2);
  expect(err).toMatchInlineSnapshot(`
    "note: made .env (mode 0600)

    no provider key in .env: set one of AZURE_API_KEY with AZURE_API_BASE, GROQ_API_KEY, OPENAI_API_KEY or ANTHROPIC_API_KEY   [no-provider-key]

      fix        goat-dev keys set groq   asks for it, hidden, and writes it into .env; or azure, openai, anthropic
                 goat-dev up --demo       needs no key: the models answer from the config
    "
  `);
  expect(project.read(".env")).toContain("GROQ_API_KEY=");
  expect(statSync(join(project.folder, ".env")).mode & 0o777).toBe(0o600);
});

test("a port of .env that is none must be blamed on its line, not on the Compose file", async () => {
  const { goat, edit } = await openProject();
  edit(".env", (text) => text.replace(/^LITELLM_PORT=.*$/m, "LITELLM_PORT=4000x"));
  const { exitCode, err } = await goat(["config"]);
  expect(exitCode).toBe(2);
  expect(err).toMatch(/^\.env:3 LITELLM_PORT is "4000x": dev\/docker-compose\.yml:\d+/);
  expect(err).toContain("$EDITOR +3 .env");
});

test("without a key the variables and the file must be named, and what is half set", async () => {
  const { exitCode, err } = await fails(await openProject({ env: "AZURE_API_KEY=azure-secret-123456\n" }));
  expect(exitCode).toBe(2);
  expect(err).toMatchInlineSnapshot(`
    "no provider key in .env: set one of AZURE_API_KEY with AZURE_API_BASE, GROQ_API_KEY, OPENAI_API_KEY or ANTHROPIC_API_KEY   [no-provider-key]

      seen       Azure OpenAI: AZURE_API_BASE is missing
      fix        goat-dev keys set groq   asks for it, hidden, and writes it into .env; or azure, openai, anthropic
                 goat-dev up --demo       needs no key: the models answer from the config
    "
  `);
});

test("the gateway's own key in the shell must not be taken for OpenAI's", async () => {
  const { goat } = await openProject({ env: "" });
  const { exitCode, err } = await goat(["up"], { env: { OPENAI_API_KEY: "sk-dev-key" } });
  expect(exitCode).toBe(2);
  expect(err).toMatchInlineSnapshot(`
    "note: OPENAI_API_KEY in this shell is the gateway's own key (from goat-dev env): it is not used as OpenAI's

    no provider key in .env: set one of AZURE_API_KEY with AZURE_API_BASE, GROQ_API_KEY, OPENAI_API_KEY or ANTHROPIC_API_KEY   [no-provider-key]

      fix        goat-dev keys set groq   asks for it, hidden, and writes it into .env; or azure, openai, anthropic
                 goat-dev up --demo       needs no key: the models answer from the config
    "
  `);
});

test("a malformed line of .env must be named by its number, never by its content", async () => {
  const project = await openProject({ env: "GROQ_API_KEY=gsk_0123456789abcdef\nthis is no gsk_secretline\n'=x\n" });
  const { exitCode, err } = await fails(project);
  expect(exitCode).toBe(2);
  expect(err).toMatchInlineSnapshot(`
    ".env:5 there is no = here   [env-file-invalid]

      seen       .env:6 a name may hold letters, digits, _, . and -
      fix        $EDITOR +5 .env   a line reads NAME=value
    "
  `);
});
test("a password that would need URL-encoding must be refused without being shown", async () => {
  const project = await openProject({ env: "GROQ_API_KEY=gsk_0123456789abcdef\nPOSTGRES_PASSWORD=pass/word#longer\n" });
  const { exitCode, err } = await fails(project);
  expect(exitCode).toBe(2);
  expect(err).toMatchInlineSnapshot(`
    "✖ checks      POSTGRES_PASSWORD would need URL-encoding in DATABASE_URL
      code       password-needs-encoding
      seen       POSTGRES_PASSWORD holds a character that divides a URL (: / ? # [ ] @)
      fix        set POSTGRES_PASSWORD in .env to letters, digits and - . _ ~   then goat-dev db set-password, where the database is already made
    "
  `);
});

test("a setting in .env that is none must be told by its name", async () => {
  const project = await openProject({ env: "GROQ_API_KEY=gsk_0123456789abcdef\nGOAT_DEV_EXAMPLE=sometimes\n" });
  const { exitCode, err } = await fails(project);
  expect(exitCode).toBe(2);
  expect(err).toMatchInlineSnapshot(`
    "GOAT_DEV_EXAMPLE is "sometimes", and should be auto, always or never   [usage]

      fix        goat-dev up --help   all options, with examples
    "
  `);
});

test("a stack without a gateway must ask for no key and make no .env", async () => {
  const project = await openProject({ env: null });
  project.write("dev/docker-compose.yml", "services: { web: { image: nginx } }\n");
  const { err } = await project.goat(["up"]);
  expect(err).not.toContain("key");
  expect(existsSync(join(project.folder, ".env"))).toBe(false);
});
