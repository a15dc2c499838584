// Writes the documentation of commands and failures from the code: the manual page, and on other pages the parts
// between `<!-- docs: NAME -->` and `<!-- /docs -->`.
// With `--check` it writes nothing, and fails where a page is not current.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { rolldown } from "rolldown";
import { manualPage } from "./manual-page.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const pages = ["README.md", "docs/commands.md", "docs/failures.md"];

const { allCommands } = await load("src/commands/index.ts");
const commands = await allCommands();
const { globalOptions } = await load("src/commands/global-options.ts");
const { topics } = await load("src/commands/topics.ts");
const { catalog } = await load("src/errors/catalog.ts");
const parts = {
  "command-table": commandTable,
  commands: commandPages,
  environment: () => topicTable("environment", "Variable"),
  "exit-codes": () => topicTable("exit-codes", "Exit"),
  files: () => topicTable("files", "File"),
  failures: failureTables,
};
const manual = "man/goat-dev.1";

const stale = [...pages, manual].filter((page) => {
  const before = existsSync(join(root, page)) ? readFileSync(join(root, page), "utf8") : "";
  const text = page === manual ? manualPage({ commands: callable(), globalOptions, topics }) : withParts(before);
  if (text === before) return false;
  if (!process.argv.includes("--check")) {
    mkdirSync(dirname(join(root, page)), { recursive: true });
    writeFileSync(join(root, page), text);
  }
  return true;
});
if (process.argv.includes("--check") && stale.length > 0) {
  process.stderr.write(`not current: ${stale.join(", ")}; npm run docs writes them\n`);
  process.exitCode = 1;
}

/** Loads a module of src with its imports, but without what a command loads only when it is called. */
async function load(path) {
  const isLater = (id, from, isResolved) => !isResolved && /^\.\.\/(?:app|web|mcp)\//.test(id) && from !== undefined;
  const bundle = await rolldown({ input: join(root, path), platform: "node", external: isLater, logLevel: "silent" });
  const dir = mkdtempSync(join(tmpdir(), "goat-dev-docs-"));
  try {
    const { output } = await bundle.write({ dir, format: "esm", entryFileNames: "[name].mjs", codeSplitting: false });
    return await import(pathToFileURL(join(dir, output[0].fileName)).href);
  } finally {
    await bundle.close();
    rmSync(dir, { recursive: true });
  }
}

function withParts(text) {
  return text.replace(/(<!-- docs: ([a-z-]+) -->\n)[\s\S]*?(<!-- \/docs -->)/g, (_, begin, name, end) => {
    return `${begin}\n${parts[name]()}\n\n${end}`;
  });
}

/** Every command that can be called, by what is typed after goat-dev. */
function callable(list = commands, before = "") {
  return list.flatMap((command) => {
    const typed = `${before}${command.name}`;
    const own = "call" in command ? [{ ...command, typed }] : [];
    return [...own, ...callable(command.subcommands ?? [], `${typed} `)];
  });
}

function commandTable() {
  const rows = callable().map((command) => [`\`${usage(command)}\``, command.summary, optionNames(command)]);
  return table(["Command", "What it does", "Its options"], rows);
}

/** A command as it is typed: `up [service…]`. */
function usage(command) {
  return [command.typed, ...(command.arguments === undefined ? [] : [command.arguments.replaceAll("...", "…")])].join(
    " ",
  );
}

function optionNames({ options }) {
  return options.map(({ flags }) => `\`${flags.match(/--[\w-]+/g)?.at(-1) ?? flags}\``).join(" ");
}

/** What `goat-dev help NAME` says, as a table. */
function topicTable(name, heading) {
  const { rows, remark } = topics.find((topic) => topic.name === name);
  return `${table([heading, "Means"], rows)}\n\n${remark}`;
}

function commandPages() {
  return callable().map(commandPage).join("\n\n");
}

function commandPage(command) {
  const options = command.options.map(({ flags, description }) => [`\`${flags}\``, description]);
  const width = Math.max(...command.examples.map(([line]) => line.length));
  const examples = command.examples.map(([line, effect]) => `${line.padEnd(width)}   # ${effect}`);
  return [
    `## \`${usage(command)}\``,
    sentence(command.summary),
    ...(options.length === 0 ? [] : [table(["Option", ""], options)]),
    ...(examples.length === 0 ? [] : [`\`\`\`\n${examples.join("\n")}\n\`\`\``]),
  ].join("\n\n");
}

/** A section for each of the common exit statuses; in those of Modal and the rest, the exit status is a column. */
function failureTables() {
  const failures = Object.entries(catalog).map(([code, failing]) => ({ code, ...failing }));
  const isModal = ({ code }) => code.startsWith("modal-");
  const sections = [
    [2, "The command line and files (exit 2)"],
    [3, "The engine (exit 3)"],
    [4, "Conflicts (exit 4)"],
    [5, "Services (exit 5)"],
    [6, "The gateway (exit 6; the stack stays up)"],
  ];
  const known = sections.map(([exit]) => exit);
  const byExit = sections.map(([exit, heading]) => {
    const rows = failures.filter((failure) => failure.exit === exit && !isModal(failure));
    return [`## ${heading}`, table(["Code", "What it means", "What to do"], rows.map(row))].join("\n\n");
  });
  const rest = failures.filter((failure) => !known.includes(failure.exit) && !isModal(failure));
  const others = [
    ["Modal", failures.filter(isModal)],
    ["The rest", rest],
  ].map(([heading, found]) => {
    const rows = found.map((failure) => row(failure).toSpliced(1, 0, String(failure.exit)));
    return [`## ${heading}`, table(["Code", "Exit", "What it means", "What to do"], rows)].join("\n\n");
  });
  return [...byExit, ...others].join("\n\n");
}

function row({ code, means, mend }) {
  return [`\`${code}\``, means, mend];
}

function sentence(text) {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

function table(headings, rows) {
  const line = (cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(headings), line(headings.map(() => "---")), ...rows.map(line)].join("\n");
}
