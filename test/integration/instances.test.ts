import { once } from "node:events";
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { openProject } from "../support/goat-project.ts";
import { freePorts, isPortFree } from "../support/ports.ts";
import { tempFolder } from "../support/temp.ts";

const signal = new AbortController().signal;

const composeOf = (port: number): string => `services:
  web:
    image: litellm:v1
    x-goat: { ready: { log: up } }
    environment: { A: "1" }
    ports: ["127.0.0.1:\${WEB_PORT:-${port}}:80"]
    volumes: ["data:/data"]
volumes: { data: {} }
name: shop
`;

const services = { web: { log: ["up"] } };

/** A port whose next three blocks are free, too. */
const freeBlocks = async (): Promise<number> => {
  const [port = 0] = await freePorts(1);
  const free = await Promise.all([10, 20, 30].map((step) => isPortFree(port + step)));
  return free.includes(false) ? freeBlocks() : port;
};

/** Two worktrees of a repository, one engine, one HOME. */
const openTwo = async (env = "GOAT_DEV_INSTANCE=auto\n") => {
  const port = await freeBlocks();
  const files = { "dev/docker-compose.yml": composeOf(port) };
  const project = await openProject({ files, services, env });
  const folders = ["feature", "fix"].map((name) => join(tempFolder(), name));
  for (const folder of folders) cpSync(project.folder, folder, { recursive: true });
  const [one = "", two = ""] = folders;
  const goatIn =
    (cwd: string) =>
    async (...args: readonly string[]) => {
      const { exitCode, out, err } = await project.goat(args, { cwd });
      return { exitCode, out, err };
    };
  const observe = (name: string) => project.engine.observe({ stack: name, images: [] }, signal);
  return { ...project, port, one, two, feature: goatIn(one), fix: goatIn(two), observe };
};

const hold = async (port: number): Promise<void> => {
  const server = createServer().listen(port, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
};

/** One of four of the orders below; by hand, all: GOAT_DEV_ORDERS=all. */
const isTaken = (order: number): boolean => order % 4 === 0 || process.env["GOAT_DEV_ORDERS"] === "all";

/** Every order of two sequences, each kept in its own. */
const interleavings = <T>(a: readonly T[], b: readonly T[]): readonly (readonly T[])[] => {
  const [firstA, ...restA] = a;
  const [firstB, ...restB] = b;
  if (firstA === undefined || firstB === undefined) return [[...a, ...b]];
  return [
    ...interleavings(restA, b).map((rest) => [firstA, ...rest]),
    ...interleavings(a, restB).map((rest) => [firstB, ...rest]),
  ];
};

describe("two worktrees", () => {
  test("must never touch each other, in any order of up, edit, stop and delete", { timeout: 120_000 }, async () => {
    const { one, two, feature, fix, observe } = await openTwo();
    const edit = (folder: string): void => {
      const path = join(folder, "dev/docker-compose.yml");
      writeFileSync(
        path,
        readFileSync(path, "utf8").replace(/A: "(\d+)"/, (_, count) => `A: "${Number(count) + 1}"`),
      );
    };
    const steps = (folder: string, goat: typeof feature, other: string) =>
      ([["up"], ["edit", "up"], ["down"], ["down", "--volumes", "--yes", "--no-dump"]] as const).map(
        (args) => async () => {
          const before = await observe(other);
          if (args[0] === "edit") edit(folder);
          const done = await goat(...(args[0] === "edit" ? ["up"] : args));
          expect(done.exitCode, done.err).toBe(0);
          expect(await observe(other)).toEqual(before);
        },
      );
    const [first, ...later] = steps(one, feature, "goat-fix");
    // Who begins is called feature: the other half is the same by another name.
    const orders = interleavings(later, steps(two, fix, "goat-feature")).filter((_, order) => isTaken(order));
    for (const rest of orders) {
      const order = first === undefined ? rest : [first, ...rest];
      for (const step of order) await step();
      for (const name of ["goat-feature", "goat-fix"]) {
        expect(await observe(name)).toMatchObject({ services: [], networks: [], volumes: [] });
      }
    }
  });

  test("must each have a block of ports that is kept, said at the first up, and followed by every command", async () => {
    const { port, feature, fix } = await openTwo();
    expect((await feature("up")).err).toContain(`goat-feature is this folder's own stack, on ports ${port + 10}\n`);
    // Before its first up, too, a command must not lead to the other one's.
    expect((await fix("config")).out).toContain(`published: "${port + 20}"`);
    expect((await fix("up")).err).toContain(`goat-fix is this folder's own stack, on ports ${port + 20}\n`);
    for (const [goat, name, own] of [
      [feature, "goat-feature", port + 10],
      [fix, "goat-fix", port + 20],
    ] as const) {
      expect((await goat("up")).err).not.toContain("own stack");
      const { stack, services } = JSON.parse((await goat("status", "--json")).out);
      expect({ stack, services }).toMatchObject({ stack: name, services: [{ name: "web", state: "ready" }] });
      expect((await goat("config")).out).toContain(`published: "${own}"`);
    }
  });

  test("must get the next block where a port is taken, which is said; a later up must not move by itself", async () => {
    const { port, feature, fix } = await openTwo();
    await hold(port + 10);
    expect((await feature("up")).err).toContain(`on ports ${port + 20} (${port + 10} is taken)`);
    await feature("down");
    await hold(port + 20);
    const again = await feature("up");
    expect(again.exitCode).toBe(4);
    expect(again.err).toContain("port-taken");
    expect((await fix("up")).err).toContain(`on ports ${port + 30} (${port + 10} is taken)`);
  });

  test("must take a port that .env says since then, and none of the shell's for its own", async () => {
    const { port, one, feature } = await openTwo();
    await feature("up");
    expect((await feature("up", "--set", `WEB_PORT=${port + 15}`)).exitCode).toBe(0);
    expect((await feature("config")).out).toContain(`published: "${port + 15}"`);
    expect(readFileSync(join(one, ".env"), "utf8")).toContain(`WEB_PORT=${port + 15}`);
    // Somebody who names a stack means that one.
    expect((await feature("-p", "shop", "config")).out).toContain(`name: shop`);
  });

  test("that are brought up at once must not choose the same ports", async () => {
    const { port, feature, fix } = await openTwo();
    const ups = await Promise.all([feature("up"), fix("up")]);
    expect(ups.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
    const said = ups.map(({ err }) => Number(/on ports (\d+)/.exec(err)?.[1])).sort();
    expect(said).toEqual([port + 10, port + 20]);
  });

  test("that are copies of each other, or called alike, must be told apart", async () => {
    const { one, goat, feature } = await openTwo();
    await feature("up");
    const copies = [join(tempFolder(), "feature"), join(tempFolder(), "copy")];
    for (const copy of copies) cpSync(one, copy, { recursive: true });
    const names = [];
    for (const cwd of copies) {
      const { exitCode, err } = await goat(["up"], { cwd });
      expect(exitCode, err).toBe(0);
      names.push(JSON.parse((await goat(["status", "--json"], { cwd })).out).stack);
    }
    expect(names).toEqual(["goat-feature-2", "goat-copy"]);
  });
});

test("a stack without an instance must stay on its own ports, and never move silently", async () => {
  const { port, feature, fix } = await openTwo("");
  expect((await feature("up")).err).not.toContain("own stack");
  const refused = await fix("up");
  expect(refused.exitCode).toBe(4);
  expect(refused.err).toContain("goat-dev up --instance auto");
  const { exitCode, err } = await fix("up", "--instance", "hot-fix");
  expect(exitCode, err).toBe(0);
  expect(err).toContain(`goat-hot-fix is this folder's own stack, on ports ${port + 10}\n`);
  // From then on without a word.
  expect(JSON.parse((await fix("status", "--json")).out)).toMatchObject({ stack: "goat-hot-fix" });
  expect(JSON.parse((await feature("status", "--json")).out)).toMatchObject({ stack: "shop" });
  expect((await fix("up", "--instance", "Hot Fix")).exitCode).toBe(2);
});

test("ls must show every stack with its folder, and prune offer those whose folder is gone, with their data where told", async () => {
  const { one, two, port, feature, fix, observe, neutral } = await openTwo();
  await feature("up");
  await fix("up");
  await fix("down");
  const shown = async () =>
    neutral((await feature("ls")).out)
      .replaceAll(one, "<one>")
      .replaceAll(two, "<two>")
      .replaceAll(String(port + 10), "15010")
      .replaceAll(String(port + 20), "15020");
  expect(await shown()).toMatchInlineSnapshot(`
    "  STACK         ENGINE  SERVICES        PORTS  DATA  LAST UP  FOLDER
      goat-feature  docker  1 of 1 running  15010  0 B   2 s ago  <one>
      goat-fix      docker  down            15020  0 B   1 s ago  <two>
    "
  `);
  expect((await feature("prune")).out).toBe("No stack whose folder is gone.\n");
  await fix("up");
  rmSync(two, { recursive: true });
  expect(await shown()).toMatchInlineSnapshot(`
    "  STACK         ENGINE  SERVICES        PORTS  DATA  LAST UP  FOLDER
      goat-feature  docker  1 of 1 running  15010  0 B   3 s ago  <one>
      goat-fix      docker  1 of 1 running  15020  0 B   1 s ago  <two> (gone: goat-dev prune)
    "
  `);
  const refused = await feature("prune");
  expect(refused.exitCode).toBe(2);
  expect(refused.err.replaceAll(two, "<two>")).toMatchInlineSnapshot(`
    "this removes goat-fix, whose folder <two> is gone (1 container and 1 network; its data (0 B) stays), and nobody is here to ask   [confirmation-needed]

      fix        goat-dev prune --yes   removes without asking
                 goat-dev ls            shows every stack of this machine
    "
  `);
  expect((await feature("prune", "--yes")).out).toBe("Removed goat-fix: 1 container and 1 network.\n");
  expect(await observe("goat-fix")).toMatchObject({ services: [], volumes: [{ name: "goat-fix_data" }] });
  expect((await feature("prune", "--yes")).out).toBe("No stack whose folder is gone.\n");
  expect((await feature("prune", "--volumes", "--yes")).out).toContain("1 volume");
  expect(await observe("goat-fix")).toMatchObject({ services: [], volumes: [] });
  expect(await observe("goat-feature")).toMatchObject({ services: [{ state: "running" }], volumes: [{}] });
});
