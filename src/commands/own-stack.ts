import { type Fix, GoatError } from "../errors/goat-error.ts";
import type { ObservedStack } from "../model/observed.ts";
import type { StackSpec } from "../model/stack.ts";
import { isGone, isSameFile } from "../platform/files.ts";
import { quoteForSh } from "../platform/shell-quote.ts";
import { list } from "../platform/text.ts";
import { readClaim, writeClaim } from "../project/claim.ts";
import { nameFromFolder } from "../project/root.ts";
import { claimPath } from "../project/state.ts";
import { claimFor, type Owner, originOf, otherOwner, type Paths } from "../stack/owner.ts";
import type { Context, Input } from "./command.ts";
import { engineKey, stateFolders } from "./lock-stack.ts";
import type { OpenWorld, Session } from "./session.ts";

export interface OwnRequest {
  /** As typed after goat-dev: "down --volumes". */
  readonly command: string;
  /** --take-over: somebody wants another folder's stack to be this one's. */
  readonly takeOver: boolean;
  /** --yes */
  readonly yes: boolean;
}

export const ownRequest = (command: string, input: Input): OwnRequest => ({
  command,
  takeOver: input.flag("takeOver"),
  yes: input.flag("yes"),
});

/**
 * Lets only the folder that made a stack change it. Throws stack-of-another-folder, and with --take-over confirmation-needed
 * where nobody can say yes.
 */
export const needOwnStack = async (
  session: Session,
  observed: ObservedStack,
  request: OwnRequest,
  world: OpenWorld,
  context: Context,
): Promise<void> => {
  const owner = ownerOf(session, observed, world, context);
  if (owner === null) return;
  if (!request.takeOver) throw ofAnother(session, owner, request);
  if (!request.yes) await confirm(session, owner, request, context);
};

/** From here on what there is of the stack is this project's, whatever is written on it. */
export const claimStack = async (
  session: Session,
  observed: ObservedStack,
  world: OpenWorld,
  context: Context,
): Promise<void> => {
  const claim = claimFor(session.stack, observed, paths);
  const warnings: string[] = [];
  for (const path of claimPaths(session, world, context)) {
    const warning = await writeClaim(path, claim);
    if (warning === null) return;
    warnings.push(warning);
  }
  context.emit({ type: "notice", level: "warning", text: list(warnings) });
};

/** The project in another folder that the stack belongs to; null where it is this one's, or nobody's. */
export const ownerOf = (
  session: Session,
  observed: ObservedStack,
  world: OpenWorld,
  context: Context,
): Owner | null => {
  const [kept = null] = claimPaths(session, world, context).flatMap((path) => readClaim(path) ?? []);
  return otherOwner(session.stack, observed, kept, paths);
};

/** What a look at such a stack is told. */
export const ownerText = ({ stack }: Session, owner: Owner): string =>
  `${stack.name} is the stack of ${folderOf(owner)}, not of ${ownFolder(stack)}`;

/** The project's folder, without what goat-dev has added to it. */
export const folderOf = ({ origin }: Owner): string => origin.folder.replace(/\/\.goat-dev\/stack$/, "");

const madeText = (owner: Owner): string => `made from ${folderOf(owner)}: ${owner.made.join(", ")}`;

const ownFolder = (stack: StackSpec): string => folderOf({ origin: originOf(stack), made: [] });

const paths: Paths = { isSame: isSameFile, isGone };

const claimPaths = (session: Session, { info }: OpenWorld, context: Context): readonly string[] =>
  stateFolders(context, session).map((folder) => claimPath(folder, engineKey(info), session.stack.name));

const ofAnother = (session: Session, owner: Owner, { command }: OwnRequest): GoatError =>
  new GoatError("stack-of-another-folder", ownerText(session, owner), {
    evidence: [madeText(owner)],
    fixes: [...instead(session, owner, command), takeOverFix(command)],
  });

/** A stack that is to be brought up can have another name; one that is to be changed as it is has a folder to do that in. */
const instead = ({ stack, environment }: Session, owner: Owner, command: string): readonly Fix[] => {
  const folder = nameFromFolder(environment.project.root);
  const isNamedAlready = folder === "" || stack.name.endsWith(folder);
  const name = `${stack.name}-${isNamedAlready ? "2" : folder}`;
  return isBringUp(command)
    ? [
        {
          command: `COMPOSE_PROJECT_NAME=${name} goat-dev up`,
          effect: "gives this folder a stack of its own; COMPOSE_PROJECT_NAME in .env keeps it",
        },
      ]
    : [{ command: `cd ${quoteForSh(folderOf(owner))} && goat-dev ${command}`, effect: "does it where it belongs" }];
};

const isBringUp = (command: string): boolean => !/^(?:down|db)\b/.test(command);

const takeOverFix = (command: string): Fix => ({
  command: `goat-dev ${command.startsWith("models") ? "up" : command} --take-over`,
  effect: command.startsWith("down")
    ? "does it here, and asks first"
    : "makes the stack this folder's, with its data, and asks first",
});

const confirm = async (session: Session, owner: Owner, { command }: OwnRequest, { ask }: Context): Promise<void> => {
  if (ask === null) {
    throw new GoatError("confirmation-needed", `${ownerText(session, owner)}, and nobody is here to ask`, {
      evidence: [madeText(owner)],
      fixes: [{ command: `goat-dev ${command} --take-over --yes`, effect: "takes it over without asking" }],
    });
  }
  const question = `${ownerText(session, owner)} (${owner.made.join(", ")}). Take it over?`;
  if (!(await ask.confirm(question, false))) throw new GoatError("interrupted", "nothing was changed");
};
