import { join } from "node:path";
import { awkwardFolder, machineFor } from "../../support/local-postgres.ts";
import { postgresSuite } from "../../support/local-postgres-suite.ts";

const nobody = 65_534;

/** This file has a process of its own, which gives root away for good. */
const becomeUser = (): void => {
  if (process.getuid?.() !== 0) return;
  process.setgroups?.([]);
  process.setgid?.(nobody);
  process.setuid?.(nobody);
};

postgresSuite("Postgres for a user", async () => {
  becomeUser();
  const { folder, remove } = awkwardFolder();
  return { machine: machineFor(join(folder, "..")), folder, remove };
});
