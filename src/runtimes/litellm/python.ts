import { realpathSync } from "node:fs";
import type { Machine } from "../../engine/processes/runtime.ts";
import { run } from "../../platform/process.ts";

export interface Python {
  /** As it was found. */
  readonly command: string;
  /** The interpreter itself, without a virtual environment or a link that changes with the next version. */
  readonly base: string;
  /** [3, 11, 2] */
  readonly version: readonly number[];
  readonly pip: boolean;
  /** Makes a virtual environment with pip in it. */
  readonly venv: boolean;
}

export const oldestPython = [3, 10] as const;

const names = ["python3.13", "python3.12", "python3.11", "python3.10", "python3"];

/** `ensurepip` is what Debian leaves out. */
const question = [
  "import json, sys, importlib.util as u",
  "has = lambda *names: all(u.find_spec(name) for name in names)",
  "base = getattr(sys, '_base_executable', None) or sys.executable",
  "print(json.dumps([base, list(sys.version_info[:3]), has('pip'), has('venv', 'ensurepip')]))",
].join("\n");

/** What leads Python or its installers elsewhere than asked is left out. */
const misleading =
  /^(?:PYTHON(?!WARNINGS).*|VIRTUAL_ENV|CONDA_PREFIX|PIP_(?:TARGET|PREFIX|ROOT|USER|REQUIRE_VIRTUALENV|REQUIRE_HASHES|CONSTRAINT|NO_BINARY|ONLY_BINARY|DRY_RUN|REQUIREMENT|NO_DEPS|REPORT))$/;

/** What an interpreter says of itself; undefined for what is no such answer. */
export function readAnswer(command: string, text: string): Python | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (!Array.isArray(value) || typeof value[0] !== "string" || !Array.isArray(value[1])) return undefined;
    const version = value[1].map(Number);
    return { command, base: value[0], version, pip: value[2] === true, venv: value[3] === true };
  } catch {
    return undefined;
  }
}

export function plainEnv(env: Machine["env"]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) =>
      value === undefined || misleading.test(name) ? [] : [[name, value]],
    ),
  );
}

export function isNewEnough({ version }: Pick<Python, "version">): boolean {
  const [major = 0, minor = 0] = version;
  return major === oldestPython[0] && minor >= oldestPython[1];
}

/** GOAT_DEV_PYTHON names one; else the newest on the PATH that LiteLLM's packages are made for. */
export async function findPythons(machine: Machine, signal: AbortSignal): Promise<readonly Python[]> {
  const asked = machine.env["GOAT_DEV_PYTHON"];
  const found: Python[] = [];
  for (const name of asked === undefined || asked === "" || asked === "managed" ? names : [asked]) {
    // A shim may be there for a Python that is not.
    const python = await ask(machine, name, signal);
    if (python === undefined) continue;
    found.push(python);
    if (isNewEnough(python) && python.pip) break;
  }
  return found;
}

async function ask(machine: Machine, command: string, signal: AbortSignal): Promise<Python | undefined> {
  const answer = await run(command, ["-c", question], { env: plainEnv(machine.env), signal });
  const python = answer.exitCode === 0 ? readAnswer(command, answer.stdout) : undefined;
  return python === undefined ? undefined : { ...python, base: real(python.base) };
}

function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
