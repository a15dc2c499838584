import { type Fix, GoatError } from "../errors/goat-error.ts";
import type { ObservedStack } from "../model/observed.ts";
import type { StackSpec } from "../model/stack.ts";
import { isGone, isSameFile } from "../platform/files.ts";
import { quoteForSh } from "../platform/shell-quote.ts";
import { list } from "../platform/text.ts";
import { readClaim, writeClaim } from "../project/claim.ts";
import { claimPath } from "../project/state.ts";
import { claimFor, type Owner, originOf, otherOwner, type Paths } from "../stack/plan/owner.ts";
import type { App } from "./app.ts";
import { engineKey, stateFolders } from "./lock-stack.ts";
import type { OpenStack } from "./project.ts";

export interface OwnInput {
  /** Take over a stack that another folder made. */
  readonly takeOver: boolean;
  /** Nobody is asked. */
  readonly yes: boolean;
}

export interface OwnRequest extends OwnInput {
  /** As typed after goat-dev: "down --volumes". */
  readonly command: string;
}

const paths: Paths = { isSame: isSameFile, isGone };

/**
 * Lets only the folder that made a stack change it, or one that takes it over. Throws stack-of-another-folder; with
 * --take-over confirmation-needed where nobody can be asked, and interrupted where the answer is no.
 */
export async function needOwnStack(
  open: OpenStack,
  observed: ObservedStack,
  request: OwnRequest,
  app: App,
): Promise<void> {
  const owner = ownerOf(open, observed, app);
  if (owner === null) return;
  if (!request.takeOver) throw ofAnother(open, owner, request);
  if (!request.yes) await confirm(open, owner, request, app);
}

function ofAnother(open: OpenStack, owner: Owner, { command }: OwnRequest): GoatError {
  return new GoatError("stack-of-another-folder", ownerText(open, owner), {
    evidence: [madeText(owner)],
    fixes: [...instead(owner, command), takeOverFix(command)],
  });
}

function madeText(owner: Owner): string {
  return `made from ${folderOf(owner)}: ${owner.made.join(", ")}`;
}

/**
 * What to do instead of a take-over: `up` can make a stack of another name here; `down` and `db` belong in the stack's
 * folder.
 */
function instead(owner: Owner, command: string): readonly Fix[] {
  return isBringUp(command)
    ? [{ command: "goat-dev up --instance auto", effect: "gives this folder a stack of its own, on ports of its own" }]
    : [
        {
          command: `cd ${quoteForSh(folderOf(owner))} && goat-dev ${command}`,
          effect: "does it from the stack's own folder",
        },
      ];
}

function isBringUp(command: string): boolean {
  return !/^(?:down|db)\b/.test(command);
}

function takeOverFix(command: string): Fix {
  return {
    command: `goat-dev ${command.startsWith("models") ? "up" : command} --take-over`,
    effect: command.startsWith("down")
      ? "does it here, and asks first"
      : "makes the stack this folder's, with its data, and asks first",
  };
}

async function confirm(open: OpenStack, owner: Owner, { command }: OwnRequest, { ask }: App): Promise<void> {
  if (ask === null) {
    throw new GoatError("confirmation-needed", `${ownerText(open, owner)}, and nobody is here to ask`, {
      evidence: [madeText(owner)],
      fixes: [{ command: `goat-dev ${command} --take-over --yes`, effect: "takes it over without asking" }],
    });
  }
  const question = `${ownerText(open, owner)} (${owner.made.join(", ")}). Take it over?`;
  if (!(await ask.confirm(question, false))) throw new GoatError("interrupted", "nothing was changed");
}

/**
 * Records that the stack's containers and volumes now belong to this project, whatever their labels say. Warns where
 * the record cannot be written.
 */
export async function claimStack(open: OpenStack, observed: ObservedStack, app: App): Promise<void> {
  const claim = claimFor(open.stack, observed, paths);
  const warnings: string[] = [];
  for (const path of claimPaths(open, app)) {
    const warning = await writeClaim(path, claim);
    if (warning === null) return;
    warnings.push(warning);
  }
  app.emit({ type: "notice", level: "warning", text: list(warnings) });
}

function claimPaths(open: OpenStack, app: App): readonly string[] {
  return stateFolders(open, app).map((folder) => claimPath(folder, engineKey(open.info), open.stack.name));
}

/** The project in another folder that the stack belongs to; null where it is this one's, or nobody's. */
export function ownerOf(open: OpenStack, observed: ObservedStack, app: App): Owner | null {
  const [kept = null] = claimPaths(open, app).flatMap((path) => readClaim(path) ?? []);
  return otherOwner(open.stack, observed, kept, paths);
}

/** Says in words which folder the stack belongs to. */
export function ownerText({ stack }: Pick<OpenStack, "stack">, owner: Owner): string {
  return `${stack.name} is the stack of ${folderOf(owner)}, not of ${ownFolder(stack)}`;
}

/** The project's folder, without the `.goat-dev/stack` in which goat-dev's own stack is copied into it. */
export function folderOf({ origin }: Owner): string {
  return origin.folder.replace(/\/\.goat-dev\/stack$/, "");
}

export function ownFolder(stack: StackSpec): string {
  return folderOf({ origin: originOf(stack), made: [] });
}
