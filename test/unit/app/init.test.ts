import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { App } from "../../../src/app/app.ts";
import { init } from "../../../src/app/init/init.ts";
import type { GoatEvent } from "../../../src/events/events.ts";
import { tempFolder, writeFiles } from "../../support/temp.ts";

const nothingTyped = { examples: [], agents: false, also: [], plan: false, yes: false, force: false };

/** A person at a terminal who answers by the beginning of each question. */
const atTerminal = (answers: Readonly<Record<string, boolean>>) => {
  const cwd = writeFiles(tempFolder(), { ".git/HEAD": "", "dev/litellm-config.yaml": "model_list: []\n" });
  const asked: string[] = [];
  const events: GoatEvent[] = [];
  const confirm = async (message: string, initial: boolean): Promise<boolean> => {
    asked.push(message);
    return Object.entries(answers).find(([start]) => message.startsWith(start))?.[1] ?? initial;
  };
  const app = {
    cwd,
    home: "/nowhere",
    packageRoot: join(import.meta.dirname, "../../.."),
    version: "0.1.0",
    options: {},
    ask: { confirm },
    emit: (event: GoatEvent) => events.push(event),
  } as unknown as App;
  return { cwd, asked, events, run: () => init(nothingTyped, app) };
};

const config = (cwd: string): string => readFileSync(join(cwd, "dev/litellm-config.yaml"), "utf8");

test("init must show what it will write before it asks, and ask of each file that differs", async () => {
  const person = atTerminal({});
  await person.run();
  expect(person.events[0]).toMatchObject({ type: "notice", text: expect.stringContaining("kept: differs") });
  expect(person.asked).toEqual([
    expect.stringMatching(/^Write \d+ files\?$/),
    "Overwrite dev/litellm-config.yaml, which differs?",
  ]);
  expect(config(person.cwd)).toBe("model_list: []\n");
  expect(existsSync(join(person.cwd, "dev/docker-compose.yml"))).toBe(true);
});

test("init must overwrite what a person says yes to", async () => {
  const person = atTerminal({ Overwrite: true });
  await person.run();
  expect(config(person.cwd)).not.toBe("model_list: []\n");
});

test("init must write nothing after a no", async () => {
  const person = atTerminal({ Write: false });
  await expect(person.run()).rejects.toMatchObject({ code: "interrupted", message: "nothing was written" });
  expect(existsSync(join(person.cwd, "dev/docker-compose.yml"))).toBe(false);
});
