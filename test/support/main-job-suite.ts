import { expect, test } from "vitest";
import { sql } from "./local-sql.ts";
import type { ScenarioBase } from "./scenario-base.ts";
import { countTraces, hasModel } from "./scenario-probes.ts";

type Stack = Pick<ScenarioBase, "ports" | "run" | "edit" | "read">;

export interface MainJob {
  /** As `doctor` and `up` call it. */
  readonly engine: RegExp;
  /** As `ls` does. */
  readonly short: "docker" | "podman" | "embedded";
  readonly stack: () => Stack;
  /** Service -> what runs of it: another value means that it was made or started anew. */
  readonly lives: () => Promise<Readonly<Record<string, unknown>>>;
}

const services = ["langfuse", "litellm", "postgres"];

const addExtra = (text: string): string =>
  text.replace(
    "model_list:",
    "model_list:\n  - model_name: extra\n    litellm_params: { model: groq/extra, mock_response: Hello from extra }",
  );

/** What the README promises of a stack, from the first `up` to the last `down`, in this order on one stack of any engine. */
export const mainJobTests = ({ engine, short, stack, lives }: MainJob): void => {
  const mustRun = async (...args: readonly string[]) => {
    const result = await stack().run(args);
    expect(result.exitCode, result.output).toBe(0);
    return result;
  };

  test("up must bring three ready services, the models, an answer and its trace; another up must touch nothing", async () => {
    const up = await mustRun("up");
    expect(up.stderr).toMatch(engine);
    for (const service of services) expect(up.stderr).toMatch(new RegExp(`^✔ ${service} +created · ready in`, "m"));
    expect(up.stderr).toMatch(/^✔ gateway +5 models routed, 1 usable with your keys \(llama-3\.3-70b\)$/m);
    expect(up.stderr).toMatch(/^✔ example +llama-3\.3-70b answered in .*"Hello from llama-3\.3-70b"/m);
    expect(up.stderr).toMatch(/^✔ trace +seen in the trace recorder/m);
    expect(await countTraces(stack())).toBe(1);
    const before = await lives();
    expect(Object.keys(before).sort()).toEqual(services);
    expect(await mustRun("up")).toMatchObject({
      stderr: "",
      stdout: expect.stringMatching(/are ready and as configured/),
    });
    expect(await lives()).toEqual(before);
  });

  test("what runs must be seen well: status, ls, doctor, the services' logs, and a question's answer", async () => {
    const { json } = await mustRun("status", "--json");
    expect(json.services?.map(({ name, state, drift }) => `${name} ${state} ${drift}`).sort()).toEqual(
      services.map((name) => `${name} ready `),
    );
    for (const { name, memoryBytes } of json.services ?? []) expect(memoryBytes, name).toBeGreaterThan(1_000_000);
    const doctor = await mustRun("doctor");
    expect(doctor.stdout).toMatch(engine);
    expect(doctor.stdout).toMatch(/^✔ tracing +langfuse ready/m);
    expect(doctor.stdout).toMatch(/^✔ gateway +litellm ready$/m);
    expect(doctor.stdout).not.toMatch(/^✖/m);
    expect((await mustRun("ls")).stdout).toMatch(new RegExp(`^ *\\S+ +${short} +3 of 3 running`, "m"));
    const logs = await mustRun("logs", "postgres", "litellm");
    expect(logs.stdout).toMatch(/^postgres .*database system is ready to accept connections/m);
    expect(logs.stdout).toMatch(/^litellm .*Uvicorn running on/m);
    expect((await mustRun("ask", "Why do goats climb?")).stdout).toBe("Hello from llama-3.3-70b\n");
  });

  test("an edited config must be seen, named, and taken into use by a litellm that goes on running; another up must have nothing to do", async () => {
    const before = await lives();
    stack().edit("dev/litellm-config.yaml", addExtra);
    expect((await mustRun("status")).stdout).toContain("dev/litellm-config.yaml changed after it started");
    expect((await mustRun("up", "--plan")).stdout).toContain("dev/litellm-config.yaml changed");
    const restart = await mustRun("restart", "litellm");
    expect(restart.stderr).toMatch(/^✔ litellm +reloaded: dev\/litellm-config\.yaml changed · ready in [\d.]+ s$/m);
    expect(restart.stderr).toMatch(/\+ extra/);
    expect(restart.stderr).toMatch(/^✔ gateway +6 models routed/m);
    expect(await hasModel(stack(), "extra")).toBe(true);
    await mustRun("models", "remove", "extra", "--yes");
    expect(await hasModel(stack(), "extra")).toBe(false);
    expect(await lives()).toEqual(before);
    expect((await mustRun("up", "--no-example", "--plan")).stdout).toBe("Nothing to do.\n");
  });

  test("restart of one service must start it anew, and no other", async () => {
    const before = await lives();
    await mustRun("restart", "langfuse");
    const { langfuse, ...others } = await lives();
    expect(langfuse).not.toEqual(before["langfuse"]);
    expect(before).toMatchObject(others);
  });

  test("a snapshot must bring back what was deleted, and data must outlive down", async () => {
    await sql(stack(), "create table kept as select id from generate_series(1, 1000) as id");
    await mustRun("db", "snapshot", "kept");
    await sql(stack(), "drop table kept");
    await mustRun("db", "restore", "kept", "--no-snapshot", "--yes");
    await mustRun("down");
    expect(await lives()).toEqual({});
    await mustRun("up", "postgres");
    expect(await sql(stack(), "select count(*)::int from kept")).toEqual([[1000]]);
  });

  test("down --volumes must keep a copy of the database, and nothing else", async () => {
    const down = await mustRun("down", "--volumes", "--yes");
    expect(down.stdout).toMatch(/A copy of the database is in .*/);
    expect(await lives()).toEqual({});
    expect((await mustRun("up", "--plan")).stdout).toContain("create-volume");
  });
};
