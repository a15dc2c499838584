// Writes into the README what a project that runs says to `up`, `ask` and `traces -f`: node test/recording.mjs <project> [goat-dev's options]
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [project, ...options] = process.argv.slice(2);
if (project === undefined) throw new Error("which project? node test/recording.mjs <project>");

const question = "Why do goats climb?";

function start(...args) {
  const child = spawn(process.execPath, [join(root, "bin", "goat-dev.js"), ...options, ...args], {
    cwd: project,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const said = { text: "" };
  for (const stream of [child.stderr, child.stdout]) {
    stream.setEncoding("utf8").on("data", (text) => {
      said.text += text;
      child.emit("said");
    });
  }
  return { child, said, ended: once(child, "close") };
}

async function run(...args) {
  const { said, ended } = start(...args);
  const [status] = await ended;
  if (status !== 0) throw new Error(`goat-dev ${args.join(" ")} ended with ${status}\n${said.text}`);
  return said.text;
}

/** What is new while the question is asked. */
async function follow() {
  const { child, said, ended } = start("traces", "-f", "--limit", "1");
  while (said.text === "") await once(child, "said");
  const answer = await run("ask", question);
  while (!said.text.includes(question)) await once(child, "said");
  child.kill("SIGINT");
  await ended;
  return { answer, traces: said.text };
}

const up = await run("up", "--demo");
const { answer, traces } = await follow();
const shown = [
  ["goat-dev up --demo", up],
  [`goat-dev ask "${question}"`, answer],
  ["goat-dev traces -f", traces],
];
const block = shown.map(([command, text]) => `$ ${command}\n${text.trimEnd()}\n`).join("\n");
const readme = join(root, "README.md");
const before = readFileSync(readme, "utf8");
const after = before.replace(/(<!-- recording -->\n\n```\n).*?(```\n)/s, (_, head, foot) => head + block + foot);
if (after === before) throw new Error("the README has no place for it, or says the same already");
writeFileSync(readme, after);
