import { describe, expect, test, vi } from "vitest";
import type { LogLine, LogOptions, ServiceChange } from "../../src/engine/engine.ts";
import { collect } from "../support/async.ts";
import { type Harness, limitMs, type Scene } from "./rig.ts";
import { useRig } from "./scenes.ts";

const stay = "exec sleep 1000";
const signal = (): AbortSignal => AbortSignal.timeout(limitMs);

const logOf = (scene: Scene, containers: LogOptions["containers"], options: Partial<LogOptions> = {}) =>
  scene.engine.logs({ containers, follow: false, tail: null, since: null, signal: signal(), ...options });

const linesOf = async (...args: Parameters<typeof logOf>): Promise<string[]> =>
  (await collect(logOf(...args))).map(({ service, line }) => `${service}: ${line}`);

const logContract = (harness: Harness): void => {
  const { rig, scene } = useRig(harness);
  const { stampsLines, stampsFinely } = harness;

  test("must come in order, with their service, stream and time, as far as it is known", async () => {
    const here = await scene();
    const container = await here.run(here.service("web", "echo one; echo two; echo three; exit 0"));
    await vi.waitFor(async () => expect(await here.observe("web")).toMatchObject({ state: "exited" }), limitMs);
    const lines = await collect(logOf(here, [{ service: "web", container }]));
    expect(lines).toEqual(
      ["one", "two", "three"].map((line) => ({
        service: "web",
        stream: "stdout",
        at: stampsLines ? expect.stringMatching(/^\d{4}-\d\d-\d\dT/) : null,
        line,
      })),
    );
    expect(await linesOf(here, [{ service: "web", container }], { tail: 2 })).toEqual(["web: two", "web: three"]);
  });

  test("must be left out where they are older than asked for, unless nobody knows their time", async () => {
    const here = await scene();
    const container = await here.run(here.service("web", "echo one; echo two; exit 0"));
    await vi.waitFor(async () => expect(await here.observe("web")).toMatchObject({ state: "exited" }), limitMs);
    const containers = [{ service: "web", container }];
    const [first, second] = await collect(logOf(here, containers));
    const all = ["web: one", "web: two"];
    const since = second?.at ?? first?.at ?? "2000-01-01T00:00:00Z";
    expect(await linesOf(here, containers, { since })).toEqual(stampsFinely ? ["web: two"] : all);
    expect(await linesOf(here, containers, { since: "2100-01-01T00:00:00Z" })).toEqual([]);
  });

  test("must be merged by time, those without one as printed when their service started", async () => {
    const here = await scene();
    const a = await here.run(here.service("a", "echo a1; exec sleep 1000"));
    const b = await here.run(here.service("b", "echo b1; exec sleep 1000"));
    await vi.waitFor(
      async () => expect(await linesOf(here, [{ service: "b", container: b }])).toHaveLength(1),
      limitMs,
    );
    await rig().print(a, "a2");
    const containers = [
      { service: "b", container: b },
      { service: "a", container: a },
    ];
    const merged = stampsLines ? ["a: a1", "b: b1", "a: a2"] : ["a: a1", "a: a2", "b: b1"];
    // Within one second, lines that are stamped by the second may come in any order between services.
    const told = stampsLines && !stampsFinely ? expect.arrayContaining(merged) : merged;
    await vi.waitFor(async () => expect(await linesOf(here, containers)).toEqual(told), limitMs);
  });

  test("must be none for a container that is not there", async () => {
    const here = await scene();
    expect(await linesOf(here, [{ service: "web", container: "goat-contract-none" }])).toEqual([]);
  });

  test("when followed, must bring new lines and end quietly when the signal fires", async () => {
    const here = await scene();
    const container = await here.run(here.service("web", "echo first; exec sleep 1000"));
    const stop = new AbortController();
    const seen: string[] = [];
    for await (const { line } of logOf(here, [{ service: "web", container }], { follow: true, signal: stop.signal })) {
      seen.push(line);
      if (line === "first") await rig().print(container, "second");
      if (line === "second") stop.abort();
    }
    expect(seen).toEqual(["first", "second"]);
  });

  test("when followed, must end with the container", async () => {
    const here = await scene();
    const container = await here.run(here.service("web", "echo first; exec sleep 1000"));
    const seen: LogLine[] = [];
    for await (const line of logOf(here, [{ service: "web", container }], { follow: true })) {
      seen.push(line);
      await here.stop(container);
    }
    expect(seen.map(({ line }) => line)).toEqual(["first"]);
  });
};

const changeContract = (harness: Harness): void => {
  const { scene } = useRig(harness);

  test("must report starts, ends with their code, and removals, and end quietly when the signal fires", async () => {
    const here = await scene();
    const stop = new AbortController();
    const seen: ServiceChange[] = [];
    const container = await here.create(here.service("job", "exit 5"));
    const other = await scene();
    await other.create(other.service("other", "exit 6"));
    const watch = async (ready: () => void): Promise<void> => {
      const options = { signal: stop.signal, ready };
      for await (const change of here.engine.changes(here.stack.name, options)) seen.push(change);
    };
    let watching = Promise.resolve();
    await new Promise<void>((resolve, reject) => {
      watching = watch(resolve);
      watching.catch(reject);
    });
    await other.start(`${other.stack.name}-other-1`);
    await here.start(container);
    await vi.waitFor(() => expect(seen).toHaveLength(2), limitMs);
    await here.remove(container);
    await vi.waitFor(() => expect(seen).toHaveLength(3), limitMs);
    stop.abort();
    await watching;
    expect(seen).toEqual([
      { service: "job", handle: expect.any(String), container, type: "started", exitCode: null },
      { service: "job", handle: expect.any(String), container, type: "died", exitCode: 5 },
      { service: "job", handle: expect.any(String), container, type: "removed", exitCode: null },
    ]);
  });

  test("must end quietly where the signal has fired already", async () => {
    const here = await scene();
    expect(await collect(here.engine.changes(here.stack.name, { signal: AbortSignal.abort() }))).toEqual([]);
  });
};

const execContract = (harness: Harness): void => {
  const { scene } = useRig(harness);

  test("must give the exit code and what was printed", async () => {
    const { engine, run, service } = await scene();
    const container = await run(service("web", stay, { environment: { FROM: "service" } }));
    const script = "echo $FROM $EXTRA; exit 3";
    expect(await engine.exec(container, ["sh", "-c", script], signal(), { environment: { EXTRA: "exec" } })).toEqual({
      exitCode: 3,
      output: "service exec\n",
    });
  });

  test("must hand on standard output as it comes, where somebody takes it", async () => {
    const { engine, run, service } = await scene();
    const container = await run(service("web", stay));
    const pieces: Uint8Array[] = [];
    const onStdout = (piece: Uint8Array): void => void pieces.push(piece);
    const result = await engine.exec(container, ["sh", "-c", "echo out; exit 3"], signal(), { onStdout });
    expect(result).toEqual({ exitCode: 3, output: "" });
    expect(Buffer.concat(pieces).toString()).toBe("out\n");
  });

  test("must hand over standard input to its end, and go on where a command wants no more of it", async () => {
    const { engine, run, service } = await scene();
    const container = await run(service("web", stay));
    const lines = Array.from({ length: 50_000 }, (_, index) => `line ${index}\n`);
    const stdin = async function* () {
      for (const line of lines) yield Buffer.from(line);
    };
    const given: Uint8Array[] = [];
    const onStdout = (piece: Uint8Array): void => void given.push(piece);
    const whole = await engine.exec(container, ["sh", "-c", "cat; exit 3"], signal(), { stdin: stdin(), onStdout });
    expect(whole).toEqual({ exitCode: 3, output: "" });
    expect(Buffer.concat(given).toString() === lines.join("")).toBe(true);
    const early = await engine.exec(container, ["sh", "-c", "exit 4"], signal(), { stdin: stdin() });
    expect(early.exitCode).toBe(4);
    if (!harness.tellsUnreadInput) expect(early.output).toBe("");
  });

  test("must throw what its standard input throws", async () => {
    const { engine, run, service } = await scene();
    const container = await run(service("web", stay));
    const stdin = async function* () {
      yield Buffer.from("first\n");
      throw new Error("the file is broken");
    };
    const work = engine.exec(container, ["sh", "-c", "cat"], signal(), { stdin: stdin() });
    await expect(work).rejects.toThrow("the file is broken");
  });

  test("must answer for a command that is not there", async () => {
    const { engine, run, service } = await scene();
    const container = await run(service("web", stay));
    const { exitCode, output } = await engine.exec(container, ["goat-no-such-command"], signal());
    expect(exitCode).not.toBe(0);
    expect(output).toMatch(/not found/);
  });

  test("must be refused where the container does not run", async () => {
    const { engine, create, service } = await scene();
    const container = await create(service("web", stay));
    await expect(engine.exec(container, ["sh", "-c", "exit 0"], signal())).rejects.toMatchObject({
      code: "engine-refused",
    });
  });

  test("memory must be given for what runs, and for nothing else", async () => {
    const { engine, run, create, service, observe } = await scene();
    const running = await run(service("web", stay));
    const created = await create(service("other", stay));
    expect(await observe("web")).toMatchObject({ state: "running" });
    const found = await engine.memory([running, created, "goat-contract-none"], signal());
    expect(found).toEqual({ [running]: expect.any(Number) });
    expect(found[running]).toBeGreaterThan(0);
  });
};

export const outputContract = (harness: Harness): void => {
  describe("logs", () => logContract(harness));
  describe("changes", () => changeContract(harness));
  describe("exec", () => execContract(harness));
};
