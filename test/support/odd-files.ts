import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { basename } from "node:path";
import { onTestFinished } from "vitest";

/** What can lie where a text file is expected: makes it at the path. */
export type OddFile = (path: string) => void | Promise<void>;

const socketAt: OddFile = async (path) => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(path, resolve));
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
};

/** Name -> what it is, and what is said of it. */
export const oddFiles: Readonly<Record<string, { readonly make: OddFile; readonly says: string }>> = {
  folder: { make: (path) => void mkdirSync(path), says: "is a folder" },
  "link to a folder": { make: (path) => symlinkSync("/usr", path), says: "is a folder" },
  fifo: { make: (path) => void execFileSync("mkfifo", [path]), says: "is a pipe that nobody writes to" },
  socket: { make: socketAt, says: "is a socket, not a file" },
  device: { make: (path) => symlinkSync("/dev/zero", path), says: "is a device, not a file" },
  "link loop": { make: (path) => symlinkSync(basename(path), path), says: "is a link that leads in a circle" },
  binary: {
    make: (path) => writeFileSync(path, "A=1\nB=\0\n"),
    says: "holds a NUL character in line 2: it is no text",
  },
  "Latin-1": {
    make: (path) => writeFileSync(path, Buffer.from("A=1\n\n# caf\xe9\n", "latin1")),
    says: "is not UTF-8 in line 3: save it as UTF-8",
  },
  "UTF-16": {
    make: (path) => writeFileSync(path, Buffer.from("\ufeffA=1\n", "utf16le")),
    says: "is UTF-16: save it as UTF-8",
  },
  "too large": {
    make: (path) => writeFileSync(path, "# 34567\n".repeat(140_000)),
    says: "is larger than 1 MB, more than goat-dev reads of one file",
  },
};
