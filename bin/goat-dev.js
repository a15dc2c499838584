#!/usr/bin/env sh
":" //; exec node -- "$0" "$@"
// sh reads this file first, and its second line starts Node. Without the two dashes, some versions of Node take our
// --env-file for their own option and end where that file is missing. `env -S` cannot do the same on Alpine.

// Syntax here stays old on purpose: an old Node must get the message, not a parse error.
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  const message = `goat-dev needs Node 20.19 or newer; this is ${process.versions.node}`;
  const fixes = [{ command: "node --version", effect: "answers v20.19 or newer once it is there: https://nodejs.org" }];
  const error = { code: "node-too-old", message, evidence: [process.execPath], fixes };
  if (process.argv.includes("--json")) process.stdout.write(`${JSON.stringify({ version: 1, ok: false, error })}\n`);
  else process.stderr.write(`${message}: ${process.execPath}. Install one from https://nodejs.org\n`);
  process.exitCode = 2;
} else {
  const { join } = require("node:path");
  const { load } = require("./load.js");
  load(join(__dirname, "..", "dist", "main.js"));
}
