import { execFile } from "node:child_process";
import { copyFileSync, cpSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { inject } from "vitest";
import { tempFolder } from "../support/temp.ts";

export const root = join(import.meta.dirname, "..", "..");
export const scripts = join(root, "scripts");

interface Step {
  readonly step: string;
  readonly args: readonly unknown[];
  readonly options: Readonly<Record<string, unknown>>;
}

/** A function as the script declares it to Modal's SDK. */
export interface Declared {
  readonly app: string;
  readonly image: readonly Step[];
  readonly gpu?: string;
  readonly secrets?: readonly { readonly name: string; readonly needs: readonly string[] }[];
  readonly volumes?: Readonly<Record<string, string>>;
  readonly min_containers?: number;
  readonly max_containers?: number;
  readonly scaledown_window?: number;
  readonly startup_timeout?: number;
  readonly port?: number;
  readonly portOptions?: Readonly<Record<string, unknown>>;
  readonly concurrent?: { readonly max_inputs: number };
  /** What it starts once it runs. */
  readonly starts?: readonly [Started];
}

interface Started {
  readonly command: readonly [string, ...string[]];
  readonly environment: Readonly<Record<string, string>>;
}

interface Loaded {
  readonly app: string;
  readonly functions: Readonly<Record<string, Declared>>;
}

export interface Ran {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Without the variables of whoever runs the tests that the scripts look at. */
export const cleanEnvironment = (): Record<string, string> =>
  Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      value === undefined || /^(?:MODAL_|GOAT_|VLLM_|GPT_OSS_|LANGFUSE_|LITELLM_|DATABASE_URL$|HF_)/.test(name)
        ? []
        : [[name, value]],
    ),
  );

export const run = (
  command: string,
  args: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): Promise<Ran> =>
  new Promise((resolve) => {
    const env = { ...cleanEnvironment(), PYTHONDONTWRITEBYTECODE: "1", ...variables };
    const child = execFile(command, args, { cwd: root, env }, (_, stdout, stderr) =>
      resolve({ status: child.exitCode ?? -1, stdout, stderr }),
    );
  });

const loaded = new Map<string, Promise<Loaded>>();

/** Loads a script with the real SDK, once per set of variables. */
export const load = (script: string, variables: Readonly<Record<string, string>> = {}): Promise<Loaded> => {
  const key = JSON.stringify([script, variables]);
  const known = loaded.get(key) ?? probe(script, [join(scripts, script)], variables);
  loaded.set(key, known);
  return known;
};

const probe = async (
  script: string,
  where: readonly string[],
  variables: Readonly<Record<string, string>>,
): Promise<Loaded> => {
  const file = join(import.meta.dirname, "probe.py");
  const { status, stdout, stderr } = await run(inject("modal").sdk, [file, ...where], variables);
  if (status !== 0) throw new Error(`${script} does not load: ${stderr}`);
  return JSON.parse(stdout);
};

export const part = (declared: Declared | undefined): Declared => {
  if (declared === undefined) throw new Error("the script has no such function");
  return declared;
};

/** Lays out in a folder, in /root's place, what a function's container holds: the script and what its image brings, nothing else. */
const layOut = (folder: string, script: string, { image }: Declared): void => {
  copyFileSync(join(scripts, script), join(folder, script));
  for (const { step, args } of image) {
    if (step === "add_local_python_source") {
      for (const module of args) copyFileSync(join(scripts, `${module}.py`), join(folder, `${module}.py`));
    }
    if (step === "add_local_file" || step === "add_local_dir") {
      const [from, to] = args as [string, string];
      const target = to.replace(/^\/root(?=\/)/, folder);
      mkdirSync(dirname(target), { recursive: true });
      cpSync(from, target, { recursive: true });
    }
  }
};

export const stepsOf = ({ image }: Declared, name: string): readonly Step[] =>
  image.filter(({ step }) => step === name);

export const readJson = (path: string) => JSON.parse(readFileSync(join(root, path), "utf8"));

const imageVariables = (declared: Declared): Readonly<Record<string, string>> =>
  Object.assign({}, ...stepsOf(declared, "env").map(({ args }) => args[0]));

/** The same function, loaded again from nothing but what its container holds. */
export const loadInContainer = async (
  script: string,
  declared: Declared,
): Promise<Loaded & { readonly folder: string }> => {
  const folder = tempFolder();
  layOut(folder, script, declared);
  return { folder, ...(await probe(script, [script, "--container", folder], imageVariables(declared))) };
};
