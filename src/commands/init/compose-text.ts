import { GoatError } from "../../errors/goat-error.ts";
import { nameFromFolder } from "../../project/root.ts";

const validName = /^[a-z0-9][a-z0-9_-]*$/;

/** The name that all unnamed copies would share, and with it their database. */
const shippedName = "goat";

/** The stack's own name: as asked for, as the file at its place has it, else after the folder. Throws usage. */
export const stackNameFor = (root: string, asked: string | undefined, existing: string | undefined): string => {
  if (asked !== undefined) {
    if (validName.test(asked)) return asked;
    throw new GoatError("usage", `${JSON.stringify(asked)} is no name for a stack: a-z, 0-9, - and _`, {
      fixes: [{ command: "goat-dev init --project-name my-stack", effect: "for example" }],
    });
  }
  const found = /^name:[ \t]*(["']?)([a-z0-9][a-z0-9_-]*)\1[ \t]*\r?$/m.exec(existing ?? "")?.[2];
  if (found !== undefined && found !== shippedName) return found;
  const folder = nameFromFolder(root);
  return folder === "" ? "goat-stack" : `goat-${folder}`;
};

/** The shipped Compose file under a name of its own, and by which goat-dev it was written. */
export const composeTextFor = (shipped: string, name: string, version: string): string => {
  const written = `# Written by goat-dev ${version}: npx goat-dev@${version} init\n`;
  const named = shipped.replace(/^name: .*$/m, `name: ${name}`);
  if (!named.includes(`name: ${name}\n`)) throw new GoatError("internal", "the shipped Compose file has no name");
  return written + named;
};
