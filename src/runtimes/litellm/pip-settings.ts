type Env = Readonly<Record<string, string | undefined>>;
type Settings = Readonly<Record<string, string>>;

export interface UvSettings {
  readonly env: Settings;
  /** It has no variable. */
  readonly args: readonly string[];
}

/** pip's settings for mirrors and certificates as uv reads them. What is set for uv itself counts more. */
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

/** `pip config list`: a section for all of pip, and one for `install`, which counts more. */
function fromList(text: string): Settings {
  const lines = text.split(/\r?\n/).flatMap((line) => {
    const [, section, name, value] = /^(global|install)\.([\w-]+)=(.*)$/.exec(line.trim()) ?? [];
    return section === undefined || name === undefined ? [] : [{ section, name, value: unquote(value ?? "") }];
  });
  const of = (wanted: string): readonly (readonly [string, string])[] =>
    lines.filter(({ section }) => section === wanted).map(({ name, value }) => [name, value] as const);
  return Object.fromEntries([...of("global"), ...of("install")]);
}

/** What Python prints of a text: '…' with backslashes. */
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

/** What uv calls a setting of pip's. */
function translate(pip: Settings): Readonly<Record<string, string | undefined>> {
  return {
    UV_DEFAULT_INDEX: pip["index-url"],
    UV_INDEX: words(pip["extra-index-url"]).join(" ") || undefined,
    // As pip does it; which file is taken is the lock's hash to say.
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
