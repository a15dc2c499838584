/** What containers call the machine that runs them, where `extra_hosts` gives them that name. */
export const hostName = "host.docker.internal";

const loopback = /^(https?:\/\/)(?:localhost|127(?:\.\d+){3}|\[::1\]|0\.0\.0\.0)(?=[:/]|$)/;

/** In a container such an address is the container itself. */
export function isLoopback(url: string): boolean {
  return loopback.test(url);
}

/** An address that leads elsewhere from every other machine. */
export function isThisMachine(url: string): boolean {
  return isLoopback(url) || (URL.canParse(url) && new URL(url).hostname === hostName);
}

/** The same server as a container of this machine reaches it. */
export function seenFromContainer(url: string): string {
  return url.replace(loopback, `$1${hostName}`);
}
