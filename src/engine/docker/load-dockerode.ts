import { createRequire, Module } from "node:module";
import type Docker from "dockerode";

/** Gives a CommonJS module that would be loaded an empty stand-in. */
const leaveOut = (path: string, require: NodeJS.Require): void => {
  if (require.cache[path] !== undefined) return;
  const standIn = new Module(path);
  standIn.exports = () => {
    throw new Error(`${path} is left out`);
  };
  standIn.loaded = true;
  require.cache[path] = standIn;
};

/**
 * dockerode brings gRPC for building images and ssh2 for engines of other machines: three quarters of its load time, for
 * what goat-dev never does. Where the files are not found under these names, everything is loaded.
 */
const leaveOutUnused = (): void => {
  const require = createRequire(import.meta.url);
  try {
    const requireFromDockerode = createRequire(require.resolve("dockerode"));
    leaveOut(requireFromDockerode.resolve("./session"), require);
    leaveOut(requireFromDockerode.resolve("docker-modem/lib/ssh"), require);
  } catch {
    // Slower, and works as well.
  }
};

export const loadDockerode = async (): Promise<typeof Docker> => {
  leaveOutUnused();
  return (await import("dockerode")).default;
};
