import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

type Docker = (...args: readonly string[]) => Promise<string>;

/** `docker`, asking the engine at an address; absent means the one that DOCKER_HOST or the context names. */
export const dockerAt =
  (host?: string): Docker =>
  async (...args) => {
    const env = host === undefined ? process.env : { ...process.env, DOCKER_HOST: host };
    return (await run("docker", [...args], { maxBuffer: 64 * 1024 * 1024, env })).stdout.trim();
  };

/** What `docker` prints; throws with its words where it fails. Tests look through Docker's own eyes, not through goat-dev's. */
export const docker = dockerAt();

const lines = (text: string): readonly string[] => text.split("\n").filter((line) => line !== "");

export interface Container {
  readonly service: string;
  readonly id: string;
  readonly name: string;
  readonly image: string;
  readonly status: string;
  /** Null where it has no health check. */
  readonly health: string | null;
  readonly startedAt: string;
  readonly restarts: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly environment: readonly string[];
}

interface Inspected {
  readonly Id: string;
  readonly Name: string;
  readonly RestartCount: number;
  readonly State: {
    readonly Status: string;
    readonly StartedAt: string;
    readonly Health?: { readonly Status: string };
  };
  readonly Config: {
    readonly Image: string;
    readonly Env: readonly string[];
    readonly Labels: Readonly<Record<string, string>>;
  };
}

const toContainer = (found: Inspected): Container => ({
  service: found.Config.Labels["com.docker.compose.service"] ?? "",
  id: found.Id,
  name: found.Name.slice(1),
  image: found.Config.Image,
  status: found.State.Status,
  health: found.State.Health?.Status ?? null,
  startedAt: found.State.StartedAt,
  restarts: found.RestartCount,
  labels: found.Config.Labels,
  environment: found.Config.Env,
});

const ofProject = (project: string): string => `label=com.docker.compose.project=${project}`;

export const containerIds = async (project: string): Promise<readonly string[]> =>
  lines(await docker("ps", "--all", "--quiet", "--no-trunc", "--filter", ofProject(project)));

interface Failed {
  readonly stdout: string;
  readonly stderr: string;
}

/** Without those that went, or are not whole yet, between the list and this look; Docker prints the others all the same. */
const inspected = async (ids: readonly string[]): Promise<readonly Inspected[]> => {
  const output = await docker("inspect", ...ids).catch((error: Failed) => {
    if (/^(?:Error: No such object: \w+\s*)+$/.test(error.stderr)) return error.stdout;
    throw error;
  });
  return JSON.parse(output);
};

/** The project's containers by service name. */
export const containersOf = async (project: string): Promise<readonly Container[]> => {
  const ids = await containerIds(project);
  if (ids.length === 0) return [];
  const found = await inspected(ids);
  return found.map(toContainer).sort((a, b) => a.service.localeCompare(b.service));
};

export const networksOf = async (project: string): Promise<readonly string[]> =>
  lines(await docker("network", "ls", "--format", "{{.Name}}", "--filter", ofProject(project)));

export const volumesOf = async (project: string): Promise<readonly string[]> =>
  lines(await docker("volume", "ls", "--format", "{{.Name}}", "--filter", ofProject(project)));

/** Images that were built for the project, those that a later build took the name of as well. */
const builtFor = async (ask: Docker, project?: string): Promise<readonly string[]> => {
  const label = project === undefined ? "label=com.docker.compose.project" : ofProject(project);
  return [...new Set(lines(await ask("image", "ls", "--quiet", "--no-trunc", "--filter", label)))];
};

/** Takes away what bears the project's label, and nothing else. */
export const removeProject = async (project: string): Promise<void> => {
  const ids = await containerIds(project);
  if (ids.length > 0) await docker("rm", "--force", "--volumes", ...ids).catch(() => undefined);
  // By id, since two may have one name.
  const networks = lines(await docker("network", "ls", "--quiet", "--filter", ofProject(project)));
  if (networks.length > 0) await docker("network", "rm", ...networks).catch(() => undefined);
  const volumes = await volumesOf(project);
  if (volumes.length > 0) await docker("volume", "rm", "--force", ...volumes).catch(() => undefined);
  const images = await builtFor(docker, project);
  if (images.length > 0) await docker("image", "rm", "--force", ...images).catch(() => undefined);
};

/** Projects whose name begins with the prefix and that still have something on the engine. */
export const projectsWith = async (prefix: string, ask: Docker = docker): Promise<readonly string[]> => {
  const format = '{{.Label "com.docker.compose.project"}}';
  const all = await Promise.all([
    ask("ps", "--all", "--format", format),
    ask("network", "ls", "--format", format),
    ask("volume", "ls", "--format", format),
    projectsOfImages(ask),
  ]);
  return [...new Set(all.flatMap(lines))].filter((name) => name.startsWith(prefix));
};

/** An image that goes between the list and the look is none that stays behind. */
const projectsOfImages = async (ask: Docker): Promise<string> => {
  const images = await builtFor(ask);
  if (images.length === 0) return "";
  const format = '{{index .Config.Labels "com.docker.compose.project"}}';
  return ask("image", "inspect", "--format", format, ...images).catch((error: Failed) => error.stdout);
};
