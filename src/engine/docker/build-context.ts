import { createReadStream, lstatSync, readdirSync, readlinkSync, type Stats } from "node:fs";
import { isAbsolute, join, relative, resolve } from "node:path";
import { Readable } from "node:stream";
import { finished } from "node:stream/promises";
import createIgnore from "@balena/dockerignore";
import { pack as createPack, type Headers, type Pack } from "tar-stream";
import { messageOf } from "../../errors/describe.ts";
import { GoatError } from "../../errors/goat-error.ts";
import type { BuildSpec } from "../../model/build.ts";
import { kindOf } from "../../platform/files.ts";
import { readTextFile } from "../../platform/text-file.ts";

export interface BuildContext {
  /** A tar stream; a failure while the folder is read destroys it with a GoatError. */
  readonly tar: Readable;
  /** The Dockerfile's name in it. */
  readonly dockerfile: string;
  /** The Dockerfile's text; `shown` is its path on this machine, or "dockerfile_inline". */
  readonly text: string;
  readonly shown: string;
}

/**
 * Packs the folder that an image is built from, without what its .dockerignore leaves out. `sent` is called with the
 * total of bytes so far. Throws build-failed.
 */
export function openContext(build: BuildSpec, sent: (bytes: number) => void): BuildContext {
  const { context } = build;
  if (kindOf(context) !== "directory") throw failed(`the folder ${context}, which it is built from, is not there`);
  const dockerfile = dockerfileOf(build);
  const pack = createPack();
  const tar = Readable.from(counted(pack, sent));
  const ignored = ignoredIn(context, dockerfile.path);
  const write = async (): Promise<void> => {
    await addFolder(pack, context, "", ignored);
    if (dockerfile.isOutside || ignored.has(dockerfile.name))
      await add(pack, { name: dockerfile.name }, dockerfile.text);
    pack.finalize();
  };
  write().catch((error: unknown) => {
    const told = error instanceof GoatError ? error : failed(messageOf(error));
    pack.destroy(told);
    tar.destroy(told);
  });
  return { tar, dockerfile: dockerfile.name, text: dockerfile.text, shown: dockerfile.path ?? "dockerfile_inline" };
}

async function* counted(pack: Pack, sent: (bytes: number) => void): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of pack as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    sent(bytes);
    yield chunk;
  }
}

/** For a Dockerfile that is not in the folder: a name that no file of the user's has. */
const ownName = ".goat-dev.dockerfile";

function dockerfileOf({ context, dockerfile, dockerfileInline }: BuildSpec) {
  if (dockerfileInline !== undefined) return { path: null, name: ownName, text: dockerfileInline, isOutside: true };
  const path = resolve(context, dockerfile ?? "Dockerfile");
  const file = readTextFile(path);
  if (file.state !== "text") {
    throw failed(file.state === "missing" ? `there is no ${path}` : `${path} ${file.why}`);
  }
  const inside = relative(context, path);
  const isOutside = inside.startsWith("..") || isAbsolute(inside);
  return { path, name: isOutside ? ownName : inside, text: file.text, isOutside };
}

interface Ignored {
  has(path: string): boolean;
  /** True where no `!` pattern takes anything back in, so that an ignored folder is skipped whole. */
  readonly isWhole: boolean;
}

/** Reads `<Dockerfile>.dockerignore` beside the Dockerfile; only without one, the folder's .dockerignore. */
function ignoredIn(context: string, dockerfile: string | null): Ignored {
  const places = [...(dockerfile === null ? [] : [`${dockerfile}.dockerignore`]), join(context, ".dockerignore")];
  for (const place of places) {
    const file = readTextFile(place);
    if (file.state === "missing") continue;
    if (file.state === "unusable") throw failed(`${place} ${file.why}`);
    const ignore = createIgnore().add(file.text);
    return { has: (path) => ignore.ignores(path), isWhole: !/^\s*!/m.test(file.text) };
  }
  return { has: () => false, isWhole: true };
}

async function addFolder(pack: Pack, root: string, folder: string, ignored: Ignored): Promise<void> {
  for (const name of namesIn(join(root, folder))) {
    const path = folder === "" ? name : `${folder}/${name}`;
    const isIgnored = ignored.has(path);
    if (isIgnored && ignored.isWhole) continue;
    const stats = statsOf(join(root, path));
    if (stats === null) continue;
    if (!isIgnored) await addEntry(pack, root, path, stats);
    if (stats.isDirectory()) await addFolder(pack, root, path, ignored);
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort();
  } catch (error) {
    throw failed(`${folder} cannot be read: ${messageOf(error)}`);
  }
}

/** Null for a file that was removed since its folder was listed. */
function statsOf(path: string): Stats | null {
  return lstatSync(path, { throwIfNoEntry: false }) ?? null;
}

/** A socket, a pipe and a device are nothing that an image could hold. */
async function addEntry(pack: Pack, root: string, name: string, stats: Stats): Promise<void> {
  const path = join(root, name);
  const { mtime, mode } = stats;
  const about = { name, mtime, mode: mode & 0o7777 };
  if (stats.isSymbolicLink()) await add(pack, { ...about, type: "symlink", linkname: readlinkSync(path) });
  else if (stats.isDirectory()) await add(pack, { ...about, type: "directory" });
  else if (stats.isFile()) await addFile(pack, { ...about, size: stats.size }, path);
}

/** Everything is root's in an image, whoever it belongs to here. */
const owner = { uid: 0, gid: 0 };

function add(pack: Pack, headers: Headers, text = ""): Promise<void> {
  return new Promise((resolve, reject) => {
    pack.entry({ mode: 0o644, ...headers, ...owner }, text, (error) => (error ? reject(error) : resolve()));
  });
}

/** Adds as many bytes as the header says: a file that has grown since then is cut there. */
async function addFile(pack: Pack, headers: Headers & { readonly size: number }, path: string): Promise<void> {
  if (headers.size === 0) return add(pack, headers);
  const entry = pack.entry({ ...headers, ...owner });
  try {
    const source = createReadStream(path, { end: headers.size - 1 });
    await finished(source.pipe(entry));
  } catch (error) {
    throw failed(`${path} cannot be read: ${messageOf(error)}`);
  }
}

function failed(message: string): GoatError {
  return new GoatError("build-failed", message);
}
