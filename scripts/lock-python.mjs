// Remakes the locks in python/ from the .in files beside them. Needs uv on the PATH (pip install uv).
// Pinned versions stay as they are; `npm run lock:python -- --upgrade` looks for newer ones.
import { spawnSync } from "node:child_process";
import { join } from "node:path";

const folder = join(import.meta.dirname, "..", "python");

for (const name of ["litellm", "prisma", "uv"]) {
  const { status, error } = spawnSync(
    "uv",
    [
      ...["pip", "compile", "--quiet", "--universal", "--python-version", "3.10", "--no-build", "--generate-hashes"],
      ...["--custom-compile-command", "npm run lock:python", "--output-file", `${name}.lock`, `${name}.in`],
      ...process.argv.slice(2),
    ],
    { cwd: folder, stdio: "inherit" },
  );
  if (error !== undefined) console.error(`uv does not run (${error.message}): pip install uv`);
  if (status !== 0) process.exit(1);
}
