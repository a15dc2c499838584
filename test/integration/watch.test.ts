import { expect, test } from "vitest";
import { type GoatProject, openProject } from "../support/goat-project.ts";

const config = "dev/litellm-config.yaml";

/** Runs `watch` until it has said each of `lines`, doing what comes before each; then ends it. */
const watching = async (
  project: GoatProject,
  lines: readonly (readonly [act: () => unknown, said: RegExp])[],
): Promise<{ readonly exitCode: number; readonly json: Readonly<Record<string, unknown>>; readonly err: string }> => {
  const end = new AbortController();
  let heard: () => void = () => undefined;
  let text = "";
  const run = project.goat(["watch", "--json"], {
    signal: end.signal,
    onErr: (all) => {
      text = all;
      heard();
    },
  });
  const said = async (words: RegExp): Promise<void> => {
    while (!words.test(text)) await new Promise<void>((resolve) => (heard = resolve));
  };
  for (const [act, words] of lines) {
    await act();
    await said(words);
  }
  end.abort();
  const { exitCode, err, json } = await run;
  return { exitCode, err, json: json() };
};

const nothing = (): void => undefined;

test("a save must be taken over by the running gateway, told in a line, and counted", async () => {
  const project = await openProject({ isRealTime: true });
  await project.goat(["up", "--no-example"]);
  const { exitCode, json } = await watching(project, [
    [nothing, /\d\d:\d\d:\d\d watching dev\/litellm-config\.yaml and \.env; Ctrl-C ends it/],
    [() => project.edit(config, (text) => `${text}# saved\n`), /\d\d:\d\d:\d\d litellm serves what was saved, after /],
  ]);
  expect(exitCode).toBe(130);
  expect(json).toMatchObject({ ok: true, reloads: 1, interrupted: true });
  expect((await project.goat(["status", "--json"])).json()).toMatchObject({
    services: expect.arrayContaining([expect.objectContaining({ name: "litellm", state: "ready", drift: [] })]),
  });
});

test("an edit that LiteLLM could not read must be told with its line, and the next one be taken over", async () => {
  const project = await openProject({ isRealTime: true });
  await project.goat(["up", "--no-example"]);
  const before = project.read(config);
  const { json } = await watching(project, [
    [nothing, /Ctrl-C ends it/],
    [() => project.write(config, `${before}  - model_name: [\n`), /dev\/litellm-config\.yaml:\d+:\d+ /],
    [() => project.write(config, `${before}# mended\n`), /litellm serves what was saved/],
  ]);
  expect(json).toMatchObject({ reloads: 1 });
});

test("a file that the config includes must be watched as well, from the save that includes it on", async () => {
  const project = await openProject({ isRealTime: true, files: { "dev/more.yaml": "model_list: []\n" } });
  await project.goat(["up", "--no-example"]);
  const { err } = await watching(project, [
    [nothing, /watching dev\/litellm-config\.yaml and \.env;/],
    [
      () => project.edit(config, (text) => `include: [more.yaml]\n${text}`),
      /watching dev\/litellm-config\.yaml, dev\/more\.yaml and \.env;/,
    ],
  ]);
  expect(err).toContain("litellm serves what was saved");
});

test("what is saved while the gateway does not run must wait for `up`", async () => {
  const project = await openProject({ isRealTime: true });
  const { json } = await watching(project, [
    [nothing, /Ctrl-C ends it/],
    [nothing, /litellm does not run: goat-dev up starts it with what is saved/],
  ]);
  expect(json).toMatchObject({ reloads: 0 });
});

test("a stack whose gateway mounts no config must be told that there is nothing to watch", async () => {
  const project = await openProject();
  project.edit("dev/docker-compose.yml", (text) => text.replace(/^ *volumes: \["\.\/litellm-config.*\n/m, ""));
  const { exitCode, err } = await project.goat(["watch"]);
  expect({ exitCode, err }).toMatchObject({ exitCode: 2, err: expect.stringContaining("there is nothing to watch") });
});
