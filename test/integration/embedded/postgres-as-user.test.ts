import { chownSync } from "node:fs";
import { awkwardFolder, machineFor } from "../../support/local-postgres.ts";
import { postgresSuite } from "../../support/local-postgres-suite.ts";

const nobody = 65_534;

/** This file has a process of its own, which gives root away for good. */
const becomeUser = (folder: string): void => {
  if (process.getuid?.() !== 0) return;
  chownSync(folder, nobody, nobody);
  process.setgroups?.([]);
  process.setgid?.(nobody);
  process.setuid?.(nobody);
};

postgresSuite("Postgres for a user", async () => {
  const { folder, remove } = awkwardFolder();
  becomeUser(folder);
  return { machine: machineFor(folder), folder, remove };
});
