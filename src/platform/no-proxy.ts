import { isIP } from "node:net";

type Variables = Readonly<Record<string, string | undefined>>;

/** What keeps a program from asking a server of this machine through the proxy of its shell; nothing where there is none, or it knows already. */
export function pastProxy(url: string, env: Variables): Readonly<Record<string, string>> {
  const isProxied = Object.entries(env).some(([name, value]) => /^(?:http|all)_proxy$/i.test(name) && value);
  const host = new URL(url).hostname.replace(/^\[|\]$/g, "");
  const known = (env["no_proxy"] || env["NO_PROXY"] || "").split(",").map((entry) => entry.trim());
  if (!isProxied || isIP(host) === 0 || known.includes(host) || known.includes("*")) return {};
  const text = [...known.filter((entry) => entry !== ""), host].join(",");
  return { NO_PROXY: text, no_proxy: text };
}
