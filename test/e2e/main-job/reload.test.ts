import { renameSync } from "node:fs";
import { expect, test } from "vitest";
import type { RunningCli } from "../../support/cli.ts";
import { docker } from "../../support/docker.ts";
import type { Scenario } from "../../support/scenario.ts";
import { describeOnEngine, shareScenario } from "../../support/scenario-hooks.ts";
import { chat, compose, until } from "../../support/scenario-probes.ts";

const config = "dev/litellm-config.yaml";
const included = "dev/more.yaml";

const route = (name: string): string =>
  `model_list:\n  - model_name: ${name}\n    litellm_params: { model: groq/${name}, mock_response: Hello }`;

/** An editor writes into the file, or puts another in its place. */
const saves: readonly (readonly [string, (stack: Scenario, file: string, text: string) => void])[] = [
  ["written into", (stack, file, text) => stack.write(file, text)],
  [
    "replaced",
    (stack, file, text) => {
      stack.write(`${file}.new`, text);
      renameSync(stack.path(`${file}.new`), stack.path(file));
    },
  ],
];

const serves = async (stack: Scenario, model: string): Promise<boolean> =>
  (await chat(stack, model).catch(() => null))?.status === 200;

const isReady = async (stack: Scenario): Promise<boolean> => (await stack.run(["status"])).exitCode === 0;

/** The process that serves, by its id inside the container; the launcher is its parent. */
const servingIn = async (stack: Scenario): Promise<{ readonly id: string; readonly pid: string }> => {
  const { id } = await stack.container("litellm");
  const answer = await docker("exec", id, "python", "/opt/goat/launcher/launch.py", "status").catch(
    (error: { readonly stdout?: string }) => error.stdout ?? "",
  );
  return { id, pid: String(JSON.parse(answer).pid) };
};

describeOnEngine("a gateway that reloads, in a container", () => {
  let good = "";
  const stack = shareScenario({}, async (scenario) => {
    good = `${scenario.read(config)}\ninclude: [more.yaml]\n`;
    scenario.write(config, good);
    scenario.write(included, `${route("from-include")}\n`);
    const up = await scenario.run(["up", "--no-example"]);
    expect(up.exitCode, up.output).toBe(0);
  });

  const watching = async (): Promise<RunningCli> => {
    const cli = stack().start(["watch"]);
    await cli.until(/watching dev\/litellm-config\.yaml, dev\/more\.yaml and \.env/);
    return cli;
  };

  test.each(saves)("watch must take over the config and an included file that are %s", async (how, save) => {
    const name = how.replace(" ", "-");
    const { startedAt } = await stack().container("litellm");
    const cli = await watching();
    save(stack(), config, good.replace("model_list:", route(`own-${name}`)));
    await cli.until(new RegExp(`litellm serves what was saved, after .*\\+ own-${name}`));
    expect(await serves(stack(), `own-${name}`)).toBe(true);
    save(stack(), included, `${route(`more-${name}`)}\n`);
    await cli.until(new RegExp(`litellm serves what was saved, after .*\\+ more-${name}`));
    expect(await serves(stack(), `more-${name}`)).toBe(true);
    cli.interrupt();
    await cli.done;
    expect((await stack().container("litellm")).startedAt).toBe(startedAt);
  });

  test("watch must tell the place of a broken edit once, and take over the right one after it", async () => {
    const cli = await watching();
    stack().write(config, `${good}broken: [\n`);
    await cli.until(/dev\/litellm-config\.yaml:\d+:\d+ /);
    stack().write(config, good.replace("model_list:", route("mended")));
    await cli.until(/litellm serves what was saved, after .*\+ mended/);
    cli.interrupt();
    const { output } = await cli.done;
    expect(output.match(/litellm-config\.yaml:\d+:\d+ /g)).toHaveLength(1);
  });

  test("docker compose kill -s HUP must reload what was saved, without goat-dev", async () => {
    const { startedAt } = await stack().container("litellm");
    stack().write(config, good.replace("model_list:", route("by-signal")));
    await compose(stack(), "kill", "-s", "HUP", "litellm");
    await until("the new model is served", () => serves(stack(), "by-signal"));
    stack().write(config, "model_list: [\n");
    await compose(stack(), "kill", "-s", "HUP", "litellm");
    const told = "not reloaded, the former configuration goes on: /app/dev/litellm-config.yaml:2:1";
    await until("the log tells the place", async () => (await stack().run(["logs", "litellm"])).stdout.includes(told));
    expect(await serves(stack(), "by-signal")).toBe(true);
    expect((await stack().container("litellm")).startedAt).toBe(startedAt);
    stack().write(config, good);
  });

  test("a container that stood still must go on where it was, and still reload", async () => {
    const { id } = await servingIn(stack());
    await docker("pause", id);
    await docker("unpause", id);
    stack().write(config, good.replace("model_list:", route("after-the-pause")));
    const restart = await stack().run(["restart", "litellm"]);
    expect(restart.exitCode, restart.output).toBe(0);
    expect(await serves(stack(), "after-the-pause")).toBe(true);
  });

  test.each([
    ["the process that serves", (pid: string) => `kill -KILL ${pid}`],
    ["its launcher", (pid: string) => `kill -KILL $(sed -n 's/^PPid:[[:space:]]*//p' /proc/${pid}/status)`],
  ])("%s that is killed must end the container, which its restart policy starts anew", async (_, kill) => {
    const { id, pid } = await servingIn(stack());
    const before = await stack().container("litellm");
    await docker("exec", id, "sh", "-c", kill(pid)).catch(() => "the end takes this command along");
    const now = () => stack().container("litellm");
    await until("it was started anew", async () => (await now()).restarts > before.restarts);
    await until("it serves again", () => serves(stack(), "after-the-pause"));
    await until("status says ready", () => isReady(stack()));
    expect(await now()).toMatchObject({ id: before.id, restarts: before.restarts + 1 });
  });
});
