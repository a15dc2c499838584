/** True where a port mapping listens on every address of this machine. */
export function isEveryAddress(hostIp: string): boolean {
  return ["", "0.0.0.0", "::"].includes(hostIp);
}

/**
 * The address at which this machine reaches a port that is published on `hostIp`. Never a name: localhost has two
 * addresses, and another program may listen on the other one.
 */
export function reachedAt(hostIp: string): string {
  if (hostIp === "::") return "::1";
  return isEveryAddress(hostIp) ? "127.0.0.1" : hostIp;
}

/** `127.0.0.1:4000`, `[::1]:4000` */
export function hostAndPort({ host, port }: { readonly host: string; readonly port: number }): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** The loopback address that `localhost` stands for too and the mapping lacks; null where it has both, or neither. */
export function besideLoopback(hostIp: string): string | null {
  if (hostIp === "0.0.0.0" || hostIp.startsWith("127.")) return "::1";
  return hostIp === "::" || hostIp === "::1" ? "127.0.0.1" : null;
}
