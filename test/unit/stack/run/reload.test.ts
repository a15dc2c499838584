import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { startHttp } from "../../../support/fake-server.ts";
import { port, service, stackOf } from "../../../support/sample-stack.ts";
import { tempFolder, writeFiles } from "../../../support/temp.ts";
import { openTestWorld } from "../../../support/test-world.ts";

const hash = (text: string): string => createHash("sha256").update(text).digest("hex");

/** An `up` after an edit, with what the gateway reads at each reload; `edited` runs as a reload is asked for. */
const reloaded = async (reads: readonly string[], edited: (config: string) => void = () => undefined) => {
  const config = join(writeFiles(tempFolder(), { "config.yaml": "first" }), "config.yaml");
  const served = JSON.stringify({ files: { [config]: hash("first") }, variables: [] });
  const server = await startHttp((_, response) => void response.end(served));
  onTestFinished(() => server[Symbol.asyncDispose]());
  const stackWith = (text: string) =>
    stackOf(
      service("litellm", {
        ports: [port(server.port)],
        files: [{ path: "config.yaml", source: config, target: config, hash: hash(text) }],
        reload: { command: ["launch"], files: [config], environment: [] },
      }),
    );
  let asked = 0;
  const exec = () => {
    edited(config);
    const text = reads[asked] ?? "asked too often";
    asked += 1;
    return { exitCode: 0, output: JSON.stringify({ ok: true, files: { [config]: hash(text) } }) };
  };
  const world = openTestWorld(stackWith("first"), { services: { litellm: { exec } } });
  await world.up(stackWith("first"));
  writeFileSync(config, "second");
  const before = world.engine.applied.length;
  await world.up(stackWith("second"));
  return { asked, applied: world.engine.applied.slice(before).map(({ type }) => type), events: world.events };
};

test("a file that was written to meanwhile must be taken over by another reload, never by a restart", async () => {
  const saves = ["third", "fourth"];
  const edited = (config: string): void => {
    const text = saves.shift();
    if (text !== undefined) writeFileSync(config, text);
  };
  const { asked, applied } = await reloaded(["second", "third", "fourth"], edited);
  expect(asked).toBe(3);
  expect(applied).toEqual([]);
});

test("a gateway that reads the same file twice, and another than is there, must be restarted and that be said", async () => {
  const { asked, applied, events } = await reloaded(["first", "first"]);
  expect(asked).toBe(2);
  expect(applied).toEqual(["stop-container", "start-container"]);
  expect(events).toContainEqual(
    expect.objectContaining({ type: "notice", text: expect.stringContaining("still reads the old") }),
  );
});
