import { chmodSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openModal } from "../../../src/modal/cli.ts";
import { tempFolder, writeFiles } from "../../support/temp.ts";

const { signal } = new AbortController();

/** A folder for PATH with programs of shell. */
const programs = (files: Readonly<Record<string, string>>): string => {
  const folder = tempFolder();
  const texts = Object.entries(files).map(([name, text]) => [name, `#!/bin/sh\n${text}\n`]);
  writeFiles(folder, Object.fromEntries(texts));
  for (const name of Object.keys(files)) chmodSync(join(folder, name), 0o755);
  return folder;
};

const open = (shell: Readonly<Record<string, string>>) => openModal({ shell, cwd: "/", environment: "goat", signal });

describe("the Modal CLI", () => {
  test("must be modal on PATH, else python3 -m modal, and what was found once is not looked for again", async () => {
    const both = open({ PATH: programs({ modal: "echo modal $*", python3: "echo python3 $*" }) });
    expect(await both.ask({ args: ["app", "list"] })).toBe("modal app list\n");
    const python = open({ PATH: programs({ python3: "echo python3 $*" }) });
    expect(await python.ask({ args: ["app", "list"] })).toBe("python3 -m modal app list\n");
    expect(await python.ask({ args: ["x"] })).toBe("python3 -m modal x\n");
  });

  test("must be the one that GOAT_DEV_MODAL names and no other", async () => {
    const path = programs({ modal: "echo modal", own: "echo own" });
    expect(await open({ PATH: path, GOAT_DEV_MODAL: join(path, "own") }).ask({ args: [] })).toBe("own\n");
    const missing = open({ PATH: path, GOAT_DEV_MODAL: join(path, "gone") }).ask({ args: [] });
    await expect(missing).rejects.toMatchObject({ code: "modal-missing", evidence: [expect.stringContaining("gone")] });
  });

  test("must be missing where Python has no such module, or there is no Python", async () => {
    const python3 = 'echo "$0: No module named modal" >&2; exit 1';
    await expect(open({ PATH: programs({ python3 }) }).ask({ args: [] })).rejects.toMatchObject({
      code: "modal-missing",
    });
    await expect(open({ PATH: tempFolder() }).ask({ args: [] })).rejects.toMatchObject({
      code: "modal-missing",
      evidence: ["modal: not found, python3 -m modal: not found"],
    });
  });

  test("must speak in whole lines, wide and without colours, whatever the shell wants", async () => {
    const cli = open({
      PATH: programs({ modal: "echo $COLUMNS $NO_COLOR ${FORCE_COLOR:-none} $PYTHONIOENCODING $KEPT $EXTRA" }),
      FORCE_COLOR: "1",
      COLUMNS: "40",
      KEPT: "kept",
    });
    expect(await cli.ask({ args: [], variables: { EXTRA: "extra" } })).toBe("200 1 none utf-8 kept extra\n");
  });

  test("must give its lines whole, as they come", async () => {
    const lines: string[] = [];
    const cli = open({ PATH: programs({ modal: "printf 'one\\ntw'; printf 'o\\rthree'; echo >&2 four" }) });
    await cli.ask({ args: [], onLine: (line, stream) => lines.push(`${stream} ${line}`) });
    expect(lines.toSorted()).toEqual(["stderr four", "stdout one", "stdout three", "stdout two"]);
  });

  test("must count as unreachable where it does not answer in time, and be ended", async () => {
    const cli = open({ PATH: `${programs({ modal: "exec sleep 60" })}:/bin:/usr/bin` });
    await expect(cli.ask({ args: ["token", "info"], limitMs: 200 })).rejects.toMatchObject({
      code: "modal-unreachable",
      message: expect.stringContaining("`modal token info` has no answer within 0.2 s"),
    });
  });
});
