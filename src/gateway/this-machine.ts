/** What containers call the machine that runs them, where `extra_hosts` gives them that name. */
export const hostName = "host.docker.internal";

const loopback = /^(https?:\/\/)(?:localhost|127(?:\.\d+){3}|\[::1\]|0\.0\.0\.0)(?=[:/]|$)/;

/** True for an address that, inside a container, means the container itself. */
export function isLoopback(url: string): boolean {
  return loopback.test(url);
}

/** True for an address that means this machine, and that would mean another one if it were used there. */
export function isThisMachine(url: string): boolean {
  return isLoopback(url) || (URL.canParse(url) && new URL(url).hostname === hostName);
}

/** The address at which a container on this machine reaches the same server. */
export function seenFromContainer(url: string): string {
  return url.replace(loopback, `$1${hostName}`);
}
