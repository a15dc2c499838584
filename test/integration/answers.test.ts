import { cpSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openProject } from "../support/goat-project.ts";
import { tempFolder } from "../support/temp.ts";

const keys = { enter: "\r", down: "\u001b[B", up: "\u001b[A" } as const;

const secret = "gsk_typed_secret_0123456789";

describe("a person who has no provider key yet", () => {
  test("must be asked for one, which is kept for its owner alone and never shown", async () => {
    const { goat, folder, read } = await openProject({ env: null });
    const { exitCode, err } = await goat(["up"], {
      answers: [
        ["Which one do you have?", keys.down],
        ["▸ Groq", keys.enter],
        ["GROQ_API_KEY", secret + keys.enter],
      ],
    });
    expect(exitCode, err).toBe(0);
    expect(err).toContain("saved to .env (mode 0600)");
    expect(err).not.toContain(secret);
    expect(read(".env")).toContain(`GROQ_API_KEY=${secret}\n`);
    expect(statSync(join(folder, ".env")).mode & 0o777).toBe(0o600);
  });

  test("must be asked for all that a provider needs, each by its name", async () => {
    const { goat, read } = await openProject({ env: null });
    await goat(["up", "--no-example"], {
      answers: [
        ["Which one do you have?", keys.enter],
        ["AZURE_API_KEY", secret + keys.enter],
        ["AZURE_API_BASE (such as", `https://mine.openai.azure.com/${keys.enter}`],
      ],
    });
    expect(read(".env")).toContain(`AZURE_API_KEY=${secret}\nAZURE_API_BASE=https://mine.openai.azure.com/\n`);
  });

  test("must be told where keys come from when the answer is empty, and nothing is made", async () => {
    const { goat, engine, read } = await openProject({ env: null });
    const { exitCode, err } = await goat(["up"], {
      answers: [
        ["Which one do you have?", keys.down],
        ["▸ Groq", keys.enter],
        ["GROQ_API_KEY", keys.enter],
      ],
    });
    expect(exitCode).toBe(2);
    expect(err).toContain("GROQ_API_KEY is empty   [no-provider-key]");
    expect(err).toContain("https://console.groq.com/keys");
    expect(engine.applied).toEqual([]);
    expect(read(".env")).toMatch(/^GROQ_API_KEY=$/m);
  });

  test("must get a demo where that is the answer, and no key is written", async () => {
    const { goat, read } = await openProject({ env: null });
    const { exitCode, err, out } = await goat(["up"], {
      answers: [
        ["Which one do you have?", keys.up],
        ["▸ none, show me a demo", keys.enter],
      ],
    });
    expect(exitCode, err).toBe(0);
    expect(out).toContain("This is a demo: every model gives a made-up answer");
    expect(read(".env")).toMatch(/^GROQ_API_KEY=$/m);
  });
});

describe("down --volumes", () => {
  test("must delete and stop nothing when the answer is no", async () => {
    const { goat, engine } = await openProject();
    await goat(["up", "--no-example"]);
    const operations = engine.applied.length;
    const { exitCode, err } = await goat(["down", "--volumes"], {
      answers: [["Delete goat_postgres-data (0 B) for good?", keys.enter]],
    });
    expect(exitCode).toBe(130);
    expect(err).toContain("nothing was deleted or stopped");
    expect(engine.applied).toHaveLength(operations);
  });

  test("must delete the data when the answer is yes", async () => {
    const { goat, engine } = await openProject();
    await goat(["up", "--no-example"]);
    const { exitCode } = await goat(["down", "--volumes", "--no-dump"], { answers: [["for good?", "y"]] });
    expect(exitCode).toBe(0);
    expect(engine.applied.at(-1)).toEqual({ type: "remove-volume", volume: "goat_postgres-data" });
  });
});

describe("a change of the models", () => {
  const add = ["models", "add", "mistral-small", "--route", "mistral/mistral-small-latest"];

  test("must not be made when the answer is no", async () => {
    const { goat, read } = await openProject();
    const before = read("dev/litellm-config.yaml");
    const { exitCode, err } = await goat(add, { answers: [["like this?", "n"]] });
    expect(exitCode).toBe(130);
    expect(err).toContain("nothing was changed");
    expect(read("dev/litellm-config.yaml")).toBe(before);
  });

  test("must not go over what somebody else has written meanwhile", async () => {
    const { goat, read, edit } = await openProject();
    let isEdited = false;
    const { exitCode, err } = await goat(add, {
      answers: [["like this?", "y"]],
      onErr: (text) => {
        if (isEdited || !text.includes("like this?")) return;
        isEdited = true;
        edit("dev/litellm-config.yaml", (config) => `${config}# by somebody else\n`);
      },
    });
    expect(exitCode).toBe(1);
    expect(err).toContain("dev/litellm-config.yaml changed while you were asked; nothing was written");
    expect(read("dev/litellm-config.yaml")).toMatch(/# by somebody else\n$/);
    expect(read("dev/litellm-config.yaml")).not.toContain("mistral");
    expect(read("dev/docker-compose.yml")).not.toContain("MISTRAL_API_KEY");
  });

  test("of the stack that goat-dev ships must offer a copy to edit, and make none when the answer is no", async () => {
    const { goat } = await openProject();
    const cwd = tempFolder();
    const { exitCode, err } = await goat(add, { cwd, answers: [["Put dev/ into this repository", "n"]] });
    expect(exitCode).toBe(130);
    expect(err).toContain("this project uses the stack that goat-dev ships, which is not edited");
    expect(() => statSync(join(cwd, "dev"))).toThrow("ENOENT");
  });
});

test("models test must ask nobody when its price is refused", async () => {
  const { goat } = await openProject();
  await goat(["up", "--no-example"]);
  const { exitCode, err } = await goat(["models", "test"], { answers: [["at their providers' price", "n"]] });
  expect(exitCode).toBe(130);
  expect(err).toContain("nothing was asked");
});

describe("a stack that ran on another engine", () => {
  const recordedOn = (text: string, engine: string): string =>
    text.replace(/"engine":\s*"docker"/, `"engine":"${engine}"`);

  test("must not be brought up on this one while it runs there", async () => {
    const { goat, engine, edit } = await openProject();
    await goat(["up", "--no-example"]);
    edit(".goat-dev/last-up.json", (text) => recordedOn(text, "embedded"));
    const operations = engine.applied.length;
    const { exitCode, err } = await goat(["up"]);
    expect(exitCode).toBe(4);
    expect(err).toContain("goat runs on plain local processes now (3 services)   [engine-changed]");
    expect(err).toContain("goat-dev down --engine embedded && goat-dev up --engine docker");
    expect(engine.applied).toHaveLength(operations);
  });

  test("must say where its data stays once nothing runs there any more", async () => {
    const { goat, edit } = await openProject();
    await goat(["up", "--no-example"]);
    await goat(["down"]);
    edit(".goat-dev/last-up.json", (text) => recordedOn(text, "embedded"));
    const { exitCode, err } = await goat(["up", "--no-example"]);
    expect(exitCode, err).toBe(0);
    expect(err).toContain("goat ran on plain local processes before; its data stays there");
  });
});

describe("another folder's stack", () => {
  const openOther = async () => {
    const project = await openProject();
    await project.goat(["up", "--no-example"]);
    const cwd = join(tempFolder(), "other");
    cpSync(project.folder, cwd, { recursive: true });
    return { ...project, cwd };
  };

  test("must stay that folder's when the answer is no", async () => {
    const { goat, engine, cwd } = await openOther();
    const operations = engine.applied.length;
    const { exitCode, err } = await goat(["up", "--take-over"], { cwd, answers: [["Take it over?", keys.enter]] });
    expect(exitCode).toBe(130);
    expect(err).toContain("nothing was changed");
    expect(engine.applied).toHaveLength(operations);
  });

  test("must be this folder's when the answer is yes", async () => {
    const { goat, cwd } = await openOther();
    const take = await goat(["up", "--take-over", "--no-example"], { cwd, answers: [["Take it over?", "y"]] });
    expect(take.exitCode, take.err).toBe(0);
    expect((await goat(["up", "--no-example"])).err).toContain("[stack-of-another-folder]");
  });
});
