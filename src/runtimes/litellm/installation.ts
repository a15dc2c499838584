import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Machine } from "../../engine/processes/runtime.ts";

/** What is shipped for Python, and where it goes. */
export interface Place {
  /** LiteLLM's, as the lock says it. */
  readonly version: string;
  /** Of the lock and the kind of machine. */
  readonly hash: string;
  readonly lock: string;
  /** Brings uv alone. */
  readonly uvLock: string;
  readonly launcher: string;
  readonly folder: string;
  readonly venv: string;
  /** Written last: without it nothing is installed. */
  readonly marker: string;
  readonly uvFolder: string;
}

/** Reads the shipped locks; the folder's name changes with them. */
export function placeOf(machine: Machine): Place {
  const [lock, uvLock] = ["litellm.lock", "uv.lock"].map((name) => join(machine.packageRoot, "python", name)) as [
    string,
    string,
  ];
  const [content, uvContent] = [readFileSync(lock), readFileSync(uvLock)];
  const version = versionOf(content, "litellm");
  const hash = hashOf(machine, content);
  const folder = join(machine.cache, `litellm-${version}-${short(hash)}`);
  return {
    version,
    hash,
    lock,
    uvLock,
    launcher: join(machine.packageRoot, "python", "launch.py"),
    folder,
    venv: join(folder, "venv"),
    marker: join(folder, "installed.json"),
    uvFolder: join(machine.cache, `uv-${versionOf(uvContent, "uv")}-${short(hashOf(machine, uvContent))}`),
  };
}

function versionOf(content: Buffer, name: string): string {
  return (
    new RegExp(`^${name}(?:\\[[^\\]]*\\])?==([^\\s;\\\\]+)`, "m").exec(content.toString("latin1"))?.[1] ?? "unknown"
  );
}

function hashOf(machine: Machine, content: Buffer): string {
  return createHash("sha256").update(`${machine.platform}-${machine.arch}\n`).update(content).digest("hex");
}

function short(hash: string): string {
  return hash.slice(0, 12);
}

export function pythonOf(venv: string): string {
  return join(venv, "bin", "python");
}
