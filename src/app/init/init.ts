import { mkdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { GoatError } from "../../errors/goat-error.ts";
import { atomicWrite, unwritable } from "../../platform/files.ts";
import { shortPath } from "../../platform/format.ts";
import { renderTable } from "../../platform/table.ts";
import { list, nearest, plural } from "../../platform/text.ts";
import type { App } from "../app.ts";
import { type InitPlan, type PlannedFile, planInit } from "./plan.ts";

export interface InitInput {
  /** Languages of example clients. */
  readonly examples: readonly string[];
  /** A section of AGENTS.md, for coding agents. */
  readonly agents: boolean;
  /** Set-ups that run the gateway elsewhere: in a dev container, in a GitHub workflow. */
  readonly also: readonly (keyof typeof machines)[];
  /** Nothing is written. */
  readonly plan: boolean;
  /** Nobody is asked. */
  readonly yes: boolean;
  /** Overwrites what differs. */
  readonly force: boolean;
}

export interface InitReport {
  readonly root: string;
  /** The stack's name. */
  readonly name: string;
  readonly files: readonly {
    /** Below the root. */
    readonly path: string;
    readonly state: PlannedFile["state"];
    readonly written: boolean;
    /** Such as the lines that are added. */
    readonly note?: string;
  }[];
}

/**
 * Puts dev/, .env.example and ignore lines into a repository. Throws usage, confirmation-needed, interrupted,
 * file-unwritable.
 */
export async function init(input: InitInput, app: App): Promise<InitReport> {
  const { cwd, packageRoot, version, options } = app;
  const folders = {
    ...examplesOf(input.examples),
    ...Object.fromEntries(input.also.map((folder) => [machines[folder], folder])),
  };
  const plan = planInit({
    cwd,
    packageRoot,
    version,
    projectName: options.projectName,
    folders,
    agents: input.agents,
  });
  const written = input.plan ? [] : await carryOut(plan, input, app);
  const files = plan.files.map((file) => ({
    path: file.path,
    state: file.state,
    written: written.includes(file),
    ...(file.note === undefined ? {} : { note: file.note }),
  }));
  return { root: plan.root, name: plan.name, files };
}

/** Every file with what becomes of it. */
export function planText(
  { root, name, files }: InitReport | InitPlan,
  reader: { readonly cwd: string; readonly home: string },
): string {
  const rows = files.map(({ path, state, note }) => [path, words[state], note ?? ""]);
  return `${shortPath(reader, root)}: the stack ${name}\n${renderTable(["FILE", "", ""], rows)}`;
}

const words: Readonly<Record<PlannedFile["state"], string>> = {
  new: "new",
  extended: "changed",
  differs: "kept: differs",
  same: "kept",
};

/** Folder of templates/ -> where editors and GitHub look for it. */
const machines = { devcontainer: ".devcontainer", "github-action": ".github/workflows" } as const;

const languageFolders: Readonly<Record<string, string>> = { typescript: "example", python: "python", go: "go" };

function examplesOf(languages: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    languages.map((language) => {
      const folder = languageFolders[language];
      if (folder !== undefined) return [`examples/${language}`, folder];
      const known = Object.keys(languageFolders);
      throw new GoatError("usage", `--example is ${JSON.stringify(language)}, and should be ${list(known, "or")}`, {
        fixes: [{ command: `goat-dev init --example ${nearest(language, known) ?? "python"}`, effect: "for example" }],
      });
    }),
  );
}

/** Writes the files that the user agrees to, and returns them. */
async function carryOut(plan: InitPlan, input: InitInput, app: App): Promise<readonly PlannedFile[]> {
  const files = await chooseFiles(plan, input, app);
  for (const file of files) await write(plan.root, file);
  return files;
}

/**
 * What to write, after asking. What differs is kept unless somebody says otherwise. Throws confirmation-needed,
 * interrupted.
 */
async function chooseFiles(plan: InitPlan, { yes, force }: InitInput, app: App): Promise<readonly PlannedFile[]> {
  const added = plan.files.filter(({ state }) => state === "new" || state === "extended");
  const differing = plan.files.filter(({ state }) => state === "differs");
  const overwritten = force ? differing : [];
  const { ask } = app;
  if (added.length + differing.length === 0 || yes) return [...added, ...overwritten];
  if (ask === null) throw needsYes(plan, app);
  app.emit({ type: "notice", level: "info", text: planText(plan, app) });
  if (added.length + overwritten.length > 0) {
    const question = `Write ${plural(added.length + overwritten.length, "file")}?`;
    if (!(await ask.confirm(question, true))) throw nothingWritten();
  }
  if (force) return [...added, ...overwritten];
  const agreed: PlannedFile[] = [];
  for (const file of differing) {
    if (await ask.confirm(`Overwrite ${file.path}, which differs?`, false)) agreed.push(file);
  }
  return [...added, ...agreed];
}

function needsYes(plan: InitPlan, app: App): GoatError {
  const message = `this writes into ${shortPath(app, plan.root)}, and nobody is here to ask`;
  return new GoatError("confirmation-needed", message, {
    evidence: planText(plan, app).split("\n"),
    fixes: [{ command: "goat-dev init --yes", effect: "writes what is new, keeps what differs" }],
  });
}

function nothingWritten(): GoatError {
  return new GoatError("interrupted", "nothing was written", {
    fixes: [{ command: "goat-dev init --plan", effect: "shows what would be written" }],
  });
}

/** Throws file-unwritable. */
async function write(root: string, { path, text }: PlannedFile): Promise<void> {
  const target = join(root, path);
  const before = await stat(target).catch(() => null);
  await mkdir(dirname(target), { recursive: true }).catch((error: unknown) => {
    throw unwritable(target, error);
  });
  await atomicWrite(target, text, before === null ? 0o644 : before.mode & 0o777);
}
