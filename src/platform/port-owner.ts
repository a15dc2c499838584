import { readdir, readFile, readlink } from "node:fs/promises";
import { basename } from "node:path";
import { cut, maskArguments } from "./text.ts";

export interface PortOwner {
  readonly pid: number;
  /** The process's own name, such as python3. */
  readonly name: string;
  /** Its command line, keys masked, cut at 80 characters. */
  readonly command: string;
}

/** Runs a program and gives its stdout; rejects where it fails. */
type RunProgram = (file: string, args: readonly string[], signal: AbortSignal) => Promise<string>;

export interface PortOwnerHost {
  readonly platform: string;
  readonly signal: AbortSignal;
  readonly run: RunProgram;
  /** Linux's /proc, or what stands for it. */
  readonly proc?: string;
}

const commandLength = 80;
const interpreters = /^(?:python|node|ruby|perl|bash|sh|zsh|deno|bun|java)[\d.]*$/;

/** `/usr/bin/python3 /opt/bin/litellm --port 4000` as a person would say it: `litellm --port 4000`. */
export function commandText(args: readonly string[]): string {
  const [program = "", ...rest] = maskArguments(args);
  const words = [basename(program), ...rest];
  const script = rest[0];
  if (interpreters.test(words[0] ?? "") && script !== undefined && !script.startsWith("-")) {
    words.splice(0, 2, basename(script));
  }
  return cut(words.join(" ").replace(/\s+/g, " ").trim(), commandLength);
}

/** Socket inodes that listen on a port, from the text of /proc/net/tcp or tcp6. */
export function listeningInodes(table: string, port: number): readonly string[] {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  return table.split("\n").flatMap((line) => {
    const fields = line.trim().split(/\s+/);
    const inode = fields[9];
    return fields[1]?.endsWith(wanted) === true && fields[3] === "0A" && inode !== undefined ? [inode] : [];
  });
}

/**
 * The process that listens on a TCP port of this machine, over IPv4, IPv6 or (without `family`) either. Null where none
 * is found, as when it belongs to another user.
 */
export async function portOwner(port: number, host: PortOwnerHost, family?: 4 | 6): Promise<PortOwner | null> {
  try {
    if (host.platform === "linux") return await ownerOnLinux(port, family, host.proc ?? "/proc", host.signal);
    return host.platform === "darwin" ? await ownerByLsof(port, family, host) : null;
  } catch {
    return null;
  }
}

async function ownerOnLinux(
  port: number,
  family: 4 | 6 | undefined,
  proc: string,
  signal: AbortSignal,
): Promise<PortOwner | null> {
  const tables = await Promise.all([
    family === 6 ? "" : readOr(`${proc}/net/tcp`),
    family === 4 ? "" : readOr(`${proc}/net/tcp6`),
  ]);
  const sockets = new Set(tables.flatMap((table) => listeningInodes(table, port)).map((inode) => `socket:[${inode}]`));
  if (sockets.size === 0) return null;
  for (const entry of await readdir(proc).catch(() => [])) {
    if (signal.aborted) return null;
    if (!/^\d+$/.test(entry) || !(await holdsSocket(`${proc}/${entry}/fd`, sockets))) continue;
    const [name, line] = await Promise.all([readOr(`${proc}/${entry}/comm`), readOr(`${proc}/${entry}/cmdline`)]);
    return { pid: Number(entry), name: name.trim(), command: commandText(line.split("\0").filter(Boolean)) };
  }
  return null;
}

function readOr(path: string): Promise<string> {
  return readFile(path, "utf8").catch(() => "");
}

async function holdsSocket(folder: string, sockets: ReadonlySet<string>): Promise<boolean> {
  const descriptors = await readdir(folder).catch(() => []);
  for (const descriptor of descriptors) {
    const target = await readlink(`${folder}/${descriptor}`).catch(() => "");
    if (sockets.has(target)) return true;
  }
  return false;
}

async function ownerByLsof(port: number, family: 4 | 6 | undefined, host: PortOwnerHost): Promise<PortOwner | null> {
  const fields = await host.run("lsof", ["-nP", `-i${family ?? ""}TCP:${port}`, "-sTCP:LISTEN", "-Fpc"], host.signal);
  const pid = /^p(\d+)$/m.exec(fields)?.[1];
  if (pid === undefined) return null;
  const line = await host.run("ps", ["-o", "command=", "-p", pid], host.signal).catch(() => "");
  const name = /^c(.+)$/m.exec(fields)?.[1] ?? "";
  return { pid: Number(pid), name, command: commandText(line.trim().split(/\s+/).filter(Boolean)) };
}
