/** True where a mapping means every address of this machine. */
export function isEveryAddress(hostIp: string): boolean {
  return ["", "0.0.0.0", "::"].includes(hostIp);
}

/**
 * Where this machine itself reaches what is published on an address. Always an address: a name such as localhost has two, and on the
 * other one another program may listen.
 */
export function reachedAt(hostIp: string): string {
  if (hostIp === "::") return "::1";
  return isEveryAddress(hostIp) ? "127.0.0.1" : hostIp;
}

/** `127.0.0.1:4000`, `[::1]:4000` */
export function hostAndPort({ host, port }: { readonly host: string; readonly port: number }): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** The address of the other family that `localhost` stands for too; null where the mapping has both, or is not for this machine alone. */
export function besideLoopback(hostIp: string): string | null {
  if (hostIp === "0.0.0.0" || hostIp.startsWith("127.")) return "::1";
  return hostIp === "::" || hostIp === "::1" ? "127.0.0.1" : null;
}
