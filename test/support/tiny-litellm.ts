import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import type { Progress } from "../../src/engine/engine.ts";
import type { LocalService, Machine, Runtime } from "../../src/engine/processes/runtime.ts";
import { type Place, placeOf } from "../../src/runtimes/litellm/installation.ts";
import { findPythons } from "../../src/runtimes/litellm/python.ts";
import { litellmRuntime } from "../../src/runtimes/litellm/runtime.ts";
import { findUv } from "../../src/runtimes/litellm/uv.ts";
import { machineFor } from "./local-postgres.ts";

const shipped = join(import.meta.dirname, "..", "..");

/** A package that does what its arguments say, in LiteLLM's place. */
const program = `import os, sys, time
from . import parts
def run_server():
    for word in sys.argv[1:]:
        if word == "raw": os.write(1, b"raw line\\n")
        if word == "fail": raise SystemExit("refused to start")
        if word == "wait": print("waiting"); time.sleep(600)
        if word.startswith("lines="):
            for n in range(int(word[6:])): print(f"line {n}", file=sys.stderr if n % 2 else sys.stdout)
`;

const makeWheel = `import sys, zipfile
folder, name, version, program = sys.argv[1:]
about = f"{name}-{version}.dist-info"
files = {
  f"{name}/__init__.py": program,
  f"{name}/parts.py": "whole = True\\n",
  f"{about}/METADATA": f"Metadata-Version: 2.1\\nName: {name}\\nVersion: {version}\\n",
  f"{about}/WHEEL": "Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
}
with zipfile.ZipFile(f"{folder}/{name}-{version}-py3-none-any.whl", "w") as wheel:
  for path, text in files.items(): wheel.writestr(path, text)
  wheel.writestr(f"{about}/RECORD", "".join(f"{path},,{len(text)}\\n" for path, text in files.items()) + f"{about}/RECORD,,\\n")
`;

export interface InstallerPaths {
  readonly uv: string;
  /** No uv is there, and no shim, which takes a while to say that it is none. */
  readonly pip: string;
}

/** PATHs on which each installer is found: the user's uv, else the one that the shipped lock brings into the user's cache. */
export const installerPaths = async (): Promise<InstallerPaths> => {
  const machine = machineFor(homedir());
  const signal = AbortSignal.timeout(60_000);
  mkdirSync(machine.cache, { recursive: true });
  const io = { signal, progress: () => undefined };
  const pythons = await findPythons(machine, signal);
  const uv = await findUv({ machine, place: placeOf(machine), io, title: "uv", neededBytes: 0 }, pythons);
  const uvFolder = uv?.isOwn === true ? dirname(uv.command) : (process.env["PATH"] ?? "");
  const pip = pythons.map(({ base }) => dirname(base)).join(delimiter);
  return { uv: [uvFolder, pip].join(delimiter), pip };
};

export const tinyVersion = "1.2.3";

export interface TinyLitellm {
  readonly machine: Machine;
  readonly place: Place;
  readonly runtime: Runtime;
  readonly told: readonly string[];
  install(signal?: AbortSignal): Promise<void>;
  launchLine(...command: string[]): ReturnType<Runtime["launch"]>;
}

export interface TinyOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** The lock's text from its right hash. */
  lock?(hash: string): string;
}

/** A folder with one package, its lock, and an index that has nothing else: installs take a second and no network. */
export const tinyLitellm = (folder: string, options: TinyOptions = {}): TinyLitellm => {
  const [wheels, python] = [join(folder, "wheels"), join(folder, "package", "python")];
  for (const path of [wheels, python]) mkdirSync(path, { recursive: true });
  execFileSync("python3", ["-c", makeWheel, wheels, "litellm", tinyVersion, program]);
  const wheel = readFileSync(join(wheels, `litellm-${tinyVersion}-py3-none-any.whl`));
  const hash = createHash("sha256").update(wheel).digest("hex");
  const lockOf = options.lock ?? ((right) => `litellm==${tinyVersion} \\\n    --hash=sha256:${right}\n`);
  writeFileSync(join(python, "litellm.lock"), lockOf(hash));
  writeFileSync(join(python, "prisma.lock"), "# This package needs nothing for a database.\n");
  writeFileSync(join(python, "prisma_client.py"), `print("made")\n`);
  writeFileSync(join(python, "prisma-client.json.gz"), "");
  // Nowhere to be had: who has no uv has to do without.
  writeFileSync(join(python, "uv.lock"), `uv==0.0.0 \\\n    --hash=sha256:${"0".repeat(64)}\n`);
  cpSync(join(shipped, "dev", "launcher"), join(folder, "package", "dev", "launcher"), { recursive: true });
  const machine: Machine = {
    ...machineFor(folder),
    cache: join(folder, "cache ünd more"),
    packageRoot: join(folder, "package"),
    env: { PATH: process.env["PATH"], HOME: folder, PIP_NO_INDEX: "1", PIP_FIND_LINKS: wheels, ...options.env },
  };
  const runtime = litellmRuntime(machine);
  const told: string[] = [];
  return {
    machine,
    place: placeOf(machine),
    runtime,
    told,
    install: (signal = AbortSignal.timeout(60_000)) =>
      runtime.install({ signal, progress: ({ text }: Progress) => void told.push(text) }),
    launchLine: (...command) => runtime.launch(localLitellm(folder, command)),
  };
};

/** The service as the engine would hand it over. */
export const localLitellm = (
  folder: string,
  command: readonly string[],
  changes: Partial<LocalService> = {},
): LocalService => ({
  service: "litellm",
  container: "goat-litellm-1",
  command,
  environment: {},
  ports: [],
  mounts: [],
  workingDir: folder,
  logFolder: folder,
  ...changes,
});
