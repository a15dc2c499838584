import { existsSync } from "node:fs";
import { dirname, extname, resolve } from "node:path";
import { countedMounts } from "../../compose/mounted-files.ts";
import { describe } from "../../errors/describe.ts";
import { GoatError } from "../../errors/goat-error.ts";
import { startObstacles } from "../../gateway/check/config-file.ts";
import { readGatewayConfig } from "../../gateway/config.ts";
import type { Mount, ServiceSpec, StackSpec } from "../../model/stack.ts";
import { plural } from "../../platform/text.ts";
import { type CheckResult, ok, problem, skipped } from "../check.ts";

interface MountMistake {
  readonly service: string;
  readonly source: string;
  readonly target: string;
  readonly problem: "missing" | "directory where a file is expected";
}

/** Extensions that make a mount's target a file: an engine creates a folder in place of a missing source. */
const fileNames = new Set([".yaml", ".yml", ".json", ".toml", ".sql", ".sh", ".conf", ".cfg", ".ini", ".py", ".pem"]);

/** Bind mounts that must be a mistake: a missing source, or a folder where the target's name is a file's. */
export function mountMistakes(
  stack: StackSpec,
  kindOf: (path: string) => "file" | "directory" | "missing",
): readonly MountMistake[] {
  return stack.services.flatMap((spec) =>
    countedMounts(spec).flatMap((mount): readonly MountMistake[] => {
      const { source, target } = mount;
      const service = spec.name;
      const kind = kindOf(source);
      if (kind === "missing") return isFolderToMake(mount) ? [] : [{ service, source, target, problem: "missing" }];
      const isWrong = kind === "directory" && fileNames.has(extname(target).toLowerCase());
      return isWrong ? [{ service, source, target, problem: "directory where a file is expected" }] : [];
    }),
  );
}

/** Folders that are missing and that Compose would make, too: `./data:/data`. */
export function foldersToMake(
  services: readonly ServiceSpec[],
  kindOf: (path: string) => "file" | "directory" | "missing",
): readonly string[] {
  const mounts = services.flatMap(({ run }) => run.docker?.mounts ?? []);
  const missing = mounts.flatMap((mount) =>
    mount.kind === "bind" && isFolderToMake(mount) && kindOf(mount.source) === "missing" ? [mount.source] : [],
  );
  return [...new Set(missing)];
}

/** False where the source's or target's name looks like a file's: making a folder there would not help. */
function isFolderToMake({ source, target, createHostPath }: Extract<Mount, { kind: "bind" }>): boolean {
  return createHostPath && [source, target].every((path) => ["", ".d"].includes(extname(path)));
}

/** Files that containers mount exist: an engine would make a folder of a missing one. */
export function checkMounts(mistakes: readonly MountMistake[]): CheckResult {
  const [first] = mistakes;
  if (first === undefined) return ok("all mounted files exist");
  const lines = mistakes.map(wordsFor);
  return problem(
    new GoatError(isMissing(first) ? "mount-source-missing" : "mount-source-wrong-kind", lines[0] ?? "", {
      service: first.service,
      evidence: lines.slice(1),
      fixes: [
        isMissing(first)
          ? {
              command: "goat-dev up",
              effect: `once ${first.source} is there, or its path in the Compose file is mended`,
            }
          : { command: `rmdir ${first.source}`, effect: "takes it away where it is empty; then put the file there" },
      ],
    }),
  );
}

function wordsFor(mistake: MountMistake): string {
  const { service, source, target } = mistake;
  return isMissing(mistake)
    ? `${service} mounts ${source} as ${target}, and it is missing`
    : `${service} mounts ${source} as ${target}, and it is a folder, not a file`;
}

function isMissing({ problem }: MountMistake): boolean {
  return problem === "missing";
}

/** Checks that LiteLLM can start with its config, so that no running gateway is stopped for one that it cannot load. */
export function checkGatewayConfig(text: string | undefined, config: GatewayConfigFile | null): CheckResult {
  if (text === undefined || config === null) return skipped("no LiteLLM config on this machine");
  const { path, source } = config;
  try {
    const { routes } = readGatewayConfig(text, path);
    const isThere = (name: string): boolean => existsSync(resolve(dirname(source), name));
    const [first, ...others] = startObstacles({ text, path }, isThere);
    if (first === undefined) return ok(`${path}: ${plural(routes.length, "route")}`);
    return problem(
      configRefused(
        `${first.place} ${first.text}`,
        path,
        others.map(({ place, text: more }) => `${place} ${more}`),
      ),
    );
  } catch (error) {
    return problem(describe(error));
  }
}

interface GatewayConfigFile {
  /** As messages name it. */
  readonly path: string;
  readonly source: string;
}

/** A config with mistakes, each with its place. */
export function configRefused(message: string, path: string, others: readonly string[]): GoatError {
  const fixes = [{ command: "goat-dev up", effect: `takes ${path} into use once it is mended` }];
  return new GoatError("gateway-config-invalid", message, { evidence: others, fixes });
}
