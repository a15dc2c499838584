import { execFile } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

const root = join(import.meta.dirname, "..", "..");
const templates = join(root, "templates");
const cache = join(root, "node_modules", ".cache", "goat-dev-tests");

const versionOf = async (command: string, flag: string): Promise<string | null> =>
  run(command, [flag]).then(
    ({ stdout }) => stdout.trim(),
    () => null,
  );

/** What the templates' programs are made with; null where it is not installed. */
export const toolchains = async () => ({
  python: await versionOf("python3", "--version"),
  go: await versionOf("go", "version"),
});

/** Made once for its content, beside its place and then put there: nobody sees half of it. */
const madeOnce = async (
  name: string,
  content: readonly string[],
  make: (to: string) => Promise<unknown>,
): Promise<string> => {
  const hash = createHash("sha256").update(content.join("\0")).digest("hex").slice(0, 16);
  const place = join(cache, `${name}-${hash}`);
  if (existsSync(place)) return place;
  mkdirSync(cache, { recursive: true });
  const fresh = `${place}.${randomBytes(4).toString("hex")}`;
  try {
    await make(fresh);
    if (!existsSync(place)) renameSync(fresh, place);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
  return place;
};

const textsOf = (folder: string, names: readonly string[]): readonly string[] =>
  names.map((name) => readFileSync(join(templates, folder, name), "utf8"));

/** A Python with the packages of templates/python and templates/pytest, and every client that tests go through the tap with. */
export const pythonClients = async (version: string): Promise<string> => {
  const more = ["anthropic==2.14.0", "llm==0.36"];
  const folders = ["python", "pytest"];
  const wanted = folders.flatMap((folder) => ["-r", join(templates, folder, "requirements.txt")]);
  const content = folders.flatMap((folder) => textsOf(folder, ["requirements.txt"]));
  const place = await madeOnce("clients", [version, ...content, ...more], async (to) => {
    await run("python3", ["-m", "venv", to]);
    const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    await run(join(to, "bin", "python"), [...pip, ...wanted, ...more]);
  });
  return join(place, "bin", "python");
};

/** The tests of templates/go-test, built. */
export const goTests = async (version: string): Promise<string> => {
  const content = [version, ...textsOf("go-test", ["assistant.go", "assistant_test.go", "go.mod", "go.sum"])];
  const place = await madeOnce("go-test", content, async (to) => {
    await run("go", ["test", "-c", "-o", join(to, "assistant.test"), "."], { cwd: join(templates, "go-test") });
  });
  return join(place, "assistant.test");
};

/** The program of templates/go, built. */
export const goClient = async (version: string): Promise<string> => {
  const content = [version, ...textsOf("go", ["main.go", "go.mod", "go.sum"])];
  const place = await madeOnce("go", content, async (to) => {
    await run("go", ["build", "-o", join(to, "example"), "."], { cwd: join(templates, "go") });
  });
  return join(place, "example");
};
