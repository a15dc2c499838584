// A project of its own on the embedded engine, and everything that it starts or writes taken away again.
import { chmod, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { createProject, environmentIn, read, repository } from "../lab.mjs";
import { ran } from "../measure.mjs";
import { removeAll } from "./leftovers.mjs";

const removeLimitMs = 120_000;
const isRoot = process.getuid?.() === 0;

/** What installers need to know of a machine: mirrors, certificates, proxies. */
const passed = [
  ...["PATH", "HOME", "LANG", "GOAT_DEV_PYTHON", "NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"],
  ...[
    /^LC_/,
    /_proxy$/i,
    /^PIP_/,
    /^UV_/,
    /^SSL_/,
    /^NPM_CONFIG_/,
    /^npm_config_(?:registry|userconfig|globalconfig)$/,
  ],
];

/** `cache` is where Postgres and LiteLLM are installed; without it nothing is, and nothing outlives the lab. */
export async function createLocalLab({ cache } = {}) {
  const project = await createProject();
  const { folder } = project;
  const prefix = cache === undefined ? await withOwnSystemData(folder) : [];
  const goatDev = (...args) => {
    const words = [process.execPath, join(repository, "bin", "goat-dev.js"), ...args, "-p", project.project];
    const [command, ...rest] = [...prefix, ...words];
    return [command, rest];
  };
  const environment = {
    ...environmentIn(folder, passed),
    GOAT_DEV_ENGINE: "embedded",
    XDG_CACHE_HOME: cache ?? join(folder, "cache"),
    ...(cache === undefined ? await emptyFolders(folder) : {}),
  };
  const clean = (signal) => ran(goatDev("down", "--volumes", "--yes", "--no-dump"), { folder, environment, signal });
  return {
    ...project,
    environment,
    goatDev,
    clean,
    isWhole: !isRoot || cache !== undefined || prefix.length > 0,
    remove: async () => {
      await clean(AbortSignal.timeout(removeLimitMs)).catch(() => undefined);
      await removeAll(folder);
    },
  };
}

/** What a killed installer leaves in its temporary folder goes with the lab. */
async function emptyFolders(folder) {
  const of = (name) => join(folder, "caches", name);
  await mkdir(of("tmp"), { recursive: true });
  return { npm_config_cache: of("npm"), PIP_CACHE_DIR: of("pip"), UV_CACHE_DIR: of("uv"), TMPDIR: of("tmp") };
}

/** Root's Postgres lies in one folder for all of the machine: its commands see an empty one in its place, where mounting is allowed. */
async function withOwnSystemData(folder) {
  if (!isRoot) return [];
  const own = join(folder, "system");
  await mkdir(own);
  await chmod(own, 0o711);
  await mkdir("/var/lib/goat-dev", { recursive: true, mode: 0o711 });
  const script = 'mount --bind "$0" /var/lib/goat-dev && exec "$@"';
  const prefix = ["unshare", "--mount", "sh", "-c", script, own];
  const [command, ...args] = prefix;
  return read(command, [...args, "true"]).then(
    () => prefix,
    () => [],
  );
}

/** The cache of the tests of this engine, so that both are installed once; each user has one. */
export async function installedCache() {
  const shared = "/var/tmp/goat-dev-test-cache";
  const cache = isRoot ? shared : join(shared, `user-${process.getuid()}`);
  for (const path of [shared, join(shared, "goat-dev")]) {
    await mkdir(path, { recursive: true });
    // Another user may have made it, in the same way.
    await chmod(path, 0o1777).catch(() => undefined);
  }
  await mkdir(cache, { recursive: true });
  return cache;
}
