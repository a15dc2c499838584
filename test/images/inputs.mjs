// What the images are made from on this host: content hashes for their tags, and the way from a build to the package indexes.
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { rootCertificates } from "node:tls";
import { promisify } from "node:util";

const run = promisify(execFile);
const caFiles = ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"];

/** Twelve hex digits that change when any part does. */
export function hashOf(...parts) {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part).update("\0");
  return hash.digest("hex").slice(0, 12);
}

/** Every file below a folder, as sorted paths relative to it. */
async function filesBelow(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

/** The hash of a folder's paths, run bits and contents. */
export async function hashOfFolder(folder) {
  const parts = [];
  for (const file of await filesBelow(folder)) {
    const { mode } = await stat(join(folder, file));
    parts.push(file, String(mode & 0o100), await readFile(join(folder, file)));
  }
  return hashOf(...parts);
}

/** The certificates this host trusts, in one PEM text: a build behind a proxy of its own needs them. */
export async function caBundle(env) {
  const candidates = [env.SSL_CERT_FILE, env.NODE_EXTRA_CA_CERTS, ...caFiles];
  for (const file of candidates.filter(Boolean)) {
    const text = await readFile(file, "utf8").catch(() => "");
    if (text.includes("BEGIN CERTIFICATE")) return text;
  }
  return `${rootCertificates.join("\n")}\n`;
}

/** Build arguments that lead to the package indexes this host is set up for; empty where it uses the public ones directly. */
export async function networkArgs(env) {
  const pip = await pipSettings(env);
  const httpProxy = env.http_proxy ?? env.HTTP_PROXY ?? (await aptProxy());
  const args = {
    http_proxy: httpProxy,
    https_proxy: env.https_proxy ?? env.HTTPS_PROXY,
    no_proxy: env.no_proxy ?? env.NO_PROXY,
    PIP_INDEX_URL: pip["index-url"],
    PIP_EXTRA_INDEX_URL: pip["extra-index-url"],
    PIP_TRUSTED_HOST: pip["trusted-host"],
  };
  return Object.fromEntries(Object.entries(args).filter(([, value]) => value));
}

/** The Debian mirror this host uses, or undefined: then debootstrap's own default holds. */
export async function debianMirror() {
  const format = "$(ORIGIN) $(COMPONENT) $(RELEASE) $(REPO_URI)";
  const targets = await output("apt-get", ["indextargets", "--format", format, "Created-By: Packages"]);
  const plainRelease = /^Debian main [a-z]+ (\S+)$/mu;
  return plainRelease.exec(targets)?.[1];
}

async function aptProxy() {
  const line = await output("apt-config", ["dump", "--format", "%v", "Acquire::http::Proxy"]);
  return line.trim() || undefined;
}

async function pipSettings(env) {
  const settings = {};
  const listed = await output("python3", ["-m", "pip", "config", "list"]);
  for (const [, key, value] of listed.matchAll(/^global\.([a-z-]+)='(.*)'$/gmu)) settings[key] = value;
  for (const key of ["index-url", "extra-index-url", "trusted-host"]) {
    const fromEnv = env[`PIP_${key.toUpperCase().replaceAll("-", "_")}`];
    if (fromEnv) settings[key] = fromEnv;
  }
  return settings;
}

async function output(command, args) {
  return run(command, args).then(
    ({ stdout }) => stdout,
    () => "",
  );
}
