import type { Machine } from "../../engine/processes/runtime.ts";
import { type Fix, GoatError } from "../../errors/goat-error.ts";
import { readTextIfThere } from "../../platform/text-file.ts";
import { isNewEnough, oldestPython, type Python } from "./python.ts";

interface System {
  readonly platform: NodeJS.Platform;
  readonly osRelease: string;
  readonly isRoot: boolean;
}

/** By the names that /etc/os-release gives a system and those it is like. */
const packages: readonly (readonly [RegExp, string])[] = [
  [/^(?:debian|ubuntu)$/, "apt-get install -y python3-venv"],
  [/^fedora$/, "dnf install -y python3"],
  [/^(?:rhel|centos|rocky|almalinux|ol|amzn)$/, "dnf install -y python3.12"],
  [/^alpine$/, "apk add python3"],
  [/^arch$/, "pacman -S --noconfirm python"],
  [/^(?:suse|opensuse.*|sles)$/, "zypper install -y python312"],
];

/** What brings Python with what an installation needs of it. */
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

/** With the exact package to install, where that is known of this system. */
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
