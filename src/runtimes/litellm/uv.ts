import { mkdtemp, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { pythonOf } from "./installation.ts";
import { isNewEnough, type Python } from "./python.ts";
import { needTool, readUv, runTool, type Work } from "./tool.ts";

interface Uv {
  readonly command: string;
  /** True where goat-dev fetched uv, and so keeps and removes uv's downloads as well. */
  readonly isOwn: boolean;
}

/** The user's uv, else goat-dev's own; null where neither can be had, so that pip has to do the work. */
export async function findUv(work: Work, pythons: readonly Python[]): Promise<Uv | null> {
  if (await answers(work, "uv")) return { command: "uv", isOwn: false };
  const own = { command: join(work.place.uvFolder, "bin", "uv"), isOwn: true };
  if (await answers(work, own.command)) return own;
  const python = pythons.find(({ pip }) => pip);
  if (python === undefined) return null;
  try {
    await bring(work, python);
    return (await answers(work, own.command)) ? own : null;
  } catch (error) {
    if (work.io.signal.aborted) throw error;
    // pip can install without uv, and reports the same problem if it has it too.
    return null;
  }
}

async function answers(work: Work, command: string): Promise<boolean> {
  const { exitCode, stdout } = await runTool(work, [command, "--version"]);
  return exitCode === 0 && /^uv \d/.test(stdout);
}

/** Installs uv in a temporary folder and then moves it into place, which its single program allows. */
async function bring(work: Work, python: Python): Promise<void> {
  const { place, machine } = work;
  work.io.progress({ text: `${work.title}: fetching uv, which installs it` });
  const aside = await mkdtemp(join(machine.cache, ".uv-"));
  try {
    await needTool(work, [
      ...[python.command, "-m", "pip", "install", "--require-hashes", "--only-binary", ":all:", "--no-compile"],
      ...["--quiet", "--progress-bar", "off", "--target", aside, "-r", place.uvLock],
    ]);
    await rm(place.uvFolder, { recursive: true, force: true });
    await rename(aside, place.uvFolder);
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}

/** Installs LiteLLM with uv. Throws runtime-unavailable, disk-full. */
export async function installWithUv(
  work: Work,
  uv: Uv,
  { pythons, isManaged }: { readonly pythons: readonly Python[]; readonly isManaged: boolean },
): Promise<void> {
  const { place, machine, title } = work;
  const { env: translated, args } = uvSettings(await pipConfig(work, pythons), machine.env);
  const downloads = join(machine.cache, "downloads");
  const env = { ...translated, ...(uv.isOwn ? { UV_CACHE_DIR: downloads } : {}) };
  await needTool(work, [uv.command, "venv", "--no-project", ...pythonArgs(pythons, isManaged), place.venv], { env });
  await needTool(
    work,
    [
      ...[uv.command, "pip", "install", "--python", pythonOf(place.venv), "--require-hashes", "--no-build"],
      ...["--compile-bytecode", ...args, ...place.locks.flatMap((lock) => ["-r", lock])],
    ],
    { env, read: readUv(title) },
  );
  if (uv.isOwn) await rm(downloads, { recursive: true, force: true });
}

async function pipConfig(work: Work, pythons: readonly Python[]): Promise<string> {
  const python = pythons.find(({ pip }) => pip);
  if (python === undefined) return "";
  const { exitCode, stdout } = await runTool(work, [python.command, "-m", "pip", "config", "list"]);
  return exitCode === 0 ? stdout : "";
}

/** Which Python uv takes: a managed one, which uv downloads itself, or the newest that LiteLLM can use. */
function pythonArgs(pythons: readonly Python[], isManaged: boolean): readonly string[] {
  const python = pythons.find(isNewEnough);
  if (isManaged) return ["--managed-python", "--python", "3.12"];
  return ["--no-python-downloads", "--python", python?.base ?? "3"];
}

type Env = Readonly<Record<string, string | undefined>>;

interface UvSettings {
  readonly env: Settings;
  /** What uv has no variable for. */
  readonly args: readonly string[];
}

type Settings = Readonly<Record<string, string>>;

/**
 * Translates pip's settings for mirrors and certificates into uv's. A variable that is set for uv itself takes
 * precedence.
 */
export function uvSettings(pipConfigList: string, env: Env): UvSettings {
  const pip = { ...fromList(pipConfigList), ...fromEnvironment(env) };
  const set = Object.entries(translate(pip)).filter(
    ([name]) => !(env[name] || (name.endsWith("PROXY") && env[name.toLowerCase()])),
  );
  return {
    env: Object.fromEntries(set.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]))),
    args: isYes(pip["no-index"]) ? ["--no-index"] : [],
  };
}

/** Reads the output of `pip config list`: section `global` is for all of pip, and `install` takes precedence. */
function fromList(text: string): Settings {
  const lines = text.split(/\r?\n/).flatMap((line) => {
    const [, section, name, value] = /^(global|install)\.([\w-]+)=(.*)$/.exec(line.trim()) ?? [];
    return section === undefined || name === undefined ? [] : [{ section, name, value: unquote(value ?? "") }];
  });
  const of = (wanted: string): readonly (readonly [string, string])[] =>
    lines.filter(({ section }) => section === wanted).map(({ name, value }) => [name, value] as const);
  return Object.fromEntries([...of("global"), ...of("install")]);
}

/** Reads a string as Python prints it: in quotes, with backslash escapes. */
function unquote(text: string): string {
  return text.replace(/^(['"])([\s\S]*)\1$/, "$2").replace(/\\(n|t|\\|'|")/g, (_, char: string) => {
    return { n: "\n", t: "\t" }[char] ?? char;
  });
}

function fromEnvironment(env: Env): Settings {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) =>
      name.startsWith("PIP_") && value ? [[name.slice(4).toLowerCase().replaceAll("_", "-"), value] as const] : [],
    ),
  );
}

/** Pip's settings under the names of uv's variables. */
function translate(pip: Settings): Readonly<Record<string, string | undefined>> {
  return {
    UV_DEFAULT_INDEX: pip["index-url"],
    UV_INDEX: words(pip["extra-index-url"]).join(" ") || undefined,
    // Considers all indexes, as pip does; the lock's hash still decides which file is taken.
    UV_INDEX_STRATEGY: words(pip["extra-index-url"]).length > 0 ? "unsafe-best-match" : undefined,
    UV_FIND_LINKS: words(pip["find-links"]).join(",") || undefined,
    SSL_CERT_FILE: pip["cert"],
    SSL_CLIENT_CERT: pip["client-cert"],
    UV_INSECURE_HOST: words(pip["trusted-host"]).join(" ") || undefined,
    HTTP_PROXY: pip["proxy"],
    HTTPS_PROXY: pip["proxy"],
    UV_HTTP_TIMEOUT: pip["default-timeout"] ?? pip["timeout"],
    UV_HTTP_RETRIES: pip["retries"],
    UV_KEYRING_PROVIDER: pip["keyring-provider"] === "subprocess" ? "subprocess" : undefined,
    UV_NO_CACHE: asFlag(pip["no-cache-dir"]),
  };
}

function words(text: string | undefined): readonly string[] {
  return (text ?? "").split(/\s+/).filter((word) => word !== "");
}

function asFlag(text: string | undefined): string | undefined {
  return isYes(text) ? "1" : undefined;
}

function isYes(text: string | undefined): boolean {
  return /^(?:1|y|yes|true|on|t)$/i.test(text ?? "");
}
