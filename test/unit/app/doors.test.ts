import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readEnvironment } from "../../../src/app/read-environment.ts";
import { type LoadRequest, load } from "../../../src/app/read-project.ts";
import { GoatError } from "../../../src/errors/goat-error.ts";
import { type OddFile, oddFiles } from "../../support/odd-files.ts";
import { tempFolder, writeFiles } from "../../support/temp.ts";

const plain = "services: { a: { image: x } }\n";

/** Where a file comes in: what the Compose file says, and what is typed. */
const doors: Readonly<Record<string, { readonly text: string; readonly typed?: Partial<LoadRequest> }>> = {
  "the file of -f": { text: plain, typed: { files: ["odd"] } },
  "a second -f": { text: plain, typed: { files: ["compose.yaml", "odd"] } },
  "--env-file": { text: plain, typed: { envFiles: ["odd"] } },
  env_file: { text: "services: { a: { image: x, env_file: odd } }\n" },
  "an env_file that may be missing": {
    text: "services: { a: { image: x, env_file: [{ path: odd, required: false }] } }\n",
  },
  "a raw env_file": { text: "services: { a: { image: x, env_file: [{ path: odd, format: raw }] } }\n" },
  extends: { text: "services: { a: { extends: { file: odd, service: a } } }\n" },
  include: { text: "include: [odd]\nservices: { a: { image: x } }\n" },
  "the env_file of an include": {
    text: "include: [{ path: part.yml, env_file: odd }]\nservices: { a: { image: x } }\n",
  },
  "a mount": { text: 'services: { a: { image: x, volumes: ["./odd:/odd"] } }\n' },
  "a secret": { text: "services: { a: { image: x, secrets: [s] } }\nsecrets: { s: { file: odd } }\n" },
  "the folder of a build": { text: "services: { a: { build: ./odd } }\n" },
};

const kinds: Readonly<Record<string, OddFile>> = {
  ...Object.fromEntries(Object.entries(oddFiles).map(([name, { make }]) => [name, make])),
  "link that leads nowhere": (path) => symlinkSync("nowhere", path),
  nothing: () => undefined,
};

const cases = Object.keys(doors).flatMap((door) => Object.keys(kinds).map((kind) => ({ door, kind })));

test.each(cases)(
  "a $kind as $door must be read or refused with its place, and nobody wait for it",
  async ({ door, kind }) => {
    const { text = "", typed = {} } = doors[door] ?? {};
    const cwd = writeFiles(tempFolder(), { "compose.yaml": text, "part.yml": "services: { b: { image: y } }\n" });
    await kinds[kind]?.(join(cwd, "odd"));
    const request = {
      cwd,
      shell: { HOME: "/root" },
      files: ["compose.yaml"],
      envFiles: [],
      profiles: [],
      projectName: undefined,
      packageRoot: cwd,
      version: "0.0.0",
      ...typed,
    };
    const refusal = await Promise.resolve()
      .then(() => load(request, readEnvironment(request), AbortSignal.timeout(20_000)))
      .then(
        () => null,
        (error: unknown) => error,
      );
    if (refusal === null) return;
    expect(refusal).toBeInstanceOf(GoatError);
    const { message, evidence } = refusal as GoatError;
    expect([message, ...evidence].join("\n")).toMatch(/odd|compose\.yaml:\d+:\d+/);
  },
);
