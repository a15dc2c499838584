import { realpathSync } from "node:fs";
import type { Machine } from "../../engine/processes/runtime.ts";
import { type Fix, GoatError } from "../../errors/goat-error.ts";
import { run } from "../../platform/process.ts";
import { readTextIfThere } from "../../platform/text-file.ts";

export interface Python {
  /** The name or path by which it was found. */
  readonly command: string;
  /**
   * Path of the interpreter itself, outside virtual environments and with links resolved, since a link may change with
   * the next version.
   */
  readonly base: string;
  /** [3, 11, 2] */
  readonly version: readonly number[];
  readonly pip: boolean;
  /** True where it can make a virtual environment with pip in it. */
  readonly venv: boolean;
}

/** Reads an interpreter's answer to `question`; undefined where the text is no such answer. */
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

/** Variables that would make Python or its installers work on something else than asked; `plainEnv` leaves them out. */
const misleading =
  /^(?:PYTHON(?!WARNINGS).*|VIRTUAL_ENV|CONDA_PREFIX|PIP_(?:TARGET|PREFIX|ROOT|USER|REQUIRE_VIRTUALENV|REQUIRE_HASHES|CONSTRAINT|NO_BINARY|ONLY_BINARY|DRY_RUN|REQUIREMENT|NO_DEPS|REPORT))$/;

export function plainEnv(env: Machine["env"]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) =>
      value === undefined || misleading.test(name) ? [] : [[name, value]],
    ),
  );
}

const oldestPython = [3, 10] as const;

export function isNewEnough({ version }: Pick<Python, "version">): boolean {
  const [major = 0, minor = 0] = version;
  return major === oldestPython[0] && minor >= oldestPython[1];
}

const names = ["python3.13", "python3.12", "python3.11", "python3.10", "python3"];

/**
 * The Pythons to choose from: the one that GOAT_DEV_PYTHON names, else those on the PATH, newest first, up to one that
 * LiteLLM can use and that has pip.
 */
export async function findPythons(machine: Machine, signal: AbortSignal): Promise<readonly Python[]> {
  const asked = machine.env["GOAT_DEV_PYTHON"];
  const found: Python[] = [];
  for (const name of asked === undefined || asked === "" || asked === "managed" ? names : [asked]) {
    // Each is run, because a version manager's shim may be there for a Python that is not.
    const python = await ask(machine, name, signal);
    if (python === undefined) continue;
    found.push(python);
    if (isNewEnough(python) && python.pip) break;
  }
  return found;
}

/** `ensurepip` is checked too, because Debian leaves it out. */
const question = [
  "import json, sys, importlib.util as u",
  "has = lambda *names: all(u.find_spec(name) for name in names)",
  "base = getattr(sys, '_base_executable', None) or sys.executable",
  "print(json.dumps([base, list(sys.version_info[:3]), has('pip'), has('venv', 'ensurepip')]))",
].join("\n");

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

interface System {
  readonly platform: NodeJS.Platform;
  readonly osRelease: string;
  readonly isRoot: boolean;
}

/** Commands by the names that /etc/os-release gives a system (ID) and those that it resembles (ID_LIKE). */
const packages: readonly (readonly [RegExp, string])[] = [
  [/^(?:debian|ubuntu)$/, "apt-get install -y python3-venv"],
  [/^fedora$/, "dnf install -y python3"],
  [/^(?:rhel|centos|rocky|almalinux|ol|amzn)$/, "dnf install -y python3.12"],
  [/^alpine$/, "apk add python3"],
  [/^arch$/, "pacman -S --noconfirm python"],
  [/^(?:suse|opensuse.*|sles)$/, "zypper install -y python312"],
];

/** The command that installs Python with all that an installation needs of it; null where the system is not known. */
export function packageCommand({ platform, osRelease, isRoot }: System): string | null {
  if (platform === "darwin") return "brew install python@3.12";
  const found = idsOf(osRelease).flatMap((id) => packages.filter(([pattern]) => pattern.test(id)))[0];
  return found === undefined ? null : `${isRoot ? "" : "sudo "}${found[1]}`;
}

function idsOf(osRelease: string): readonly string[] {
  return ["ID", "ID_LIKE"].flatMap((key) => {
    const value = new RegExp(`^${key}=(.*)$`, "m").exec(osRelease)?.[1] ?? "";
    return value.replace(/["']/g, "").split(/\s+/).filter(Boolean);
  });
}

/** The error for a missing Python, with the command that installs it where this system is known. */
export function pythonMissing(
  machine: Machine,
  pythons: readonly Python[],
  osRelease = readTextIfThere("/etc/os-release") ?? "",
): GoatError {
  const command = packageCommand({ platform: machine.platform, osRelease, isRoot: machine.uid === 0 });
  const fixes: readonly Fix[] = [
    ...(command === null ? [] : [{ command, effect: "installs what is missing" }]),
    {
      command: "GOAT_DEV_PYTHON=managed goat-dev up",
      effect: "lets uv fetch a Python of its own; needs uv, or any Python with pip",
    },
  ];
  const asked = machine.env["GOAT_DEV_PYTHON"] || undefined;
  return new GoatError("runtime-unavailable", problem(pythons, asked), { fixes });
}

/** What was looked for, and what is there instead. */
function problem(pythons: readonly Python[], asked: string | undefined): string {
  if (asked === "managed") return "GOAT_DEV_PYTHON=managed needs uv, or any Python with pip that can fetch it";
  const oldest = oldestPython.join(".");
  const [first] = pythons;
  const usable = pythons.find(isNewEnough);
  if (usable !== undefined) {
    return `Python ${versionText(usable.version)} (${usable.command}) has neither pip nor venv, and there is no uv`;
  }
  if (first !== undefined) {
    return `LiteLLM needs Python ${oldest} or newer; ${first.command} is ${versionText(first.version)}`;
  }
  return asked === undefined
    ? `LiteLLM needs Python ${oldest} or newer, and there is none on the PATH`
    : `GOAT_DEV_PYTHON is ${asked}, which is no Python that runs`;
}

function versionText(version: readonly number[]): string {
  return version.join(".");
}
