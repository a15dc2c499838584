// goat-dev's own state, and where its files lie: most of it must do no harm.
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Nothing may come of it. */
const harmless = (name, inject, more = {}) => ({ kind: "self", name, code: "none", inject, ...more });

/** Every JSON file that goat-dev keeps for the project. */
function stateFiles(lab) {
  const names = readdirSync(lab.path(".goat-dev"), { recursive: true, encoding: "utf8" });
  return names.filter((name) => /(?:last-up|proof|ready)\.json$/.test(name));
}

/** Nothing of garbage that an earlier row has left. */
function kept(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return {};
  }
}

export const selfRows = [
  harmless("state that is garbage", (lab) => {
    for (const name of stateFiles(lab)) writeFileSync(lab.path(".goat-dev", name), "{{{");
  }),
  harmless("state of a newer version", (lab) => {
    for (const name of stateFiles(lab)) {
      const path = lab.path(".goat-dev", name);
      writeFileSync(path, JSON.stringify({ version: 99, ...kept(path), engine: "mars" }));
    }
  }),
  harmless("a lock that a killed goat-dev left behind", (lab) => {
    const { pid } = spawnSync("true");
    for (const folder of readdirSync(join(lab.home, ".local/state/goat-dev"), { recursive: true, encoding: "utf8" })) {
      if (folder.endsWith(".lock"))
        writeFileSync(join(lab.home, ".local/state/goat-dev", folder), JSON.stringify({ pid }));
    }
  }),
  {
    kind: "file",
    name: ".env that others may read",
    code: "warning",
    says: /chmod 600/,
    only: "doctor",
    inject: (lab) => chmodSync(lab.path(".env"), 0o644),
  },
  {
    kind: "file",
    name: "a mounted file that is missing",
    code: "mount-source-missing",
    inject: (lab) => {
      lab.edit("dev/docker-compose.yml", (text) =>
        text.replace("- ./launcher:", "- ./nowhere.py:/nowhere.py:ro\n      - ./launcher:"),
      );
    },
    byHand: (lab) => lab.restore(),
  },
  {
    kind: "file",
    name: "a folder in a mounted file's place",
    code: "mount-source-wrong-kind",
    inject: (lab) => {
      lab.edit("dev/docker-compose.yml", (text) =>
        text.replace("- ./launcher:", "- ./other.yaml:/other.yaml:ro\n      - ./launcher:"),
      );
      mkdirSync(lab.path("dev/other.yaml"));
    },
    byHand: async (lab, { fixes }) => {
      await lab.shell(fixes[0].command);
      writeFileSync(lab.path("dev/other.yaml"), "");
    },
  },
];
