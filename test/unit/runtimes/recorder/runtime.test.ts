import { join } from "node:path";
import { expect, test } from "vitest";
import { recorderRuntime } from "../../../../src/runtimes/recorder/runtime.ts";
import { machineFor } from "../../../support/local-postgres.ts";
import { port, service } from "../../../support/sample-stack.ts";
import { tempFolder, writeFiles } from "../../../support/temp.ts";

const io = { signal: new AbortController().signal, progress: () => undefined };

const scene = (files: Readonly<Record<string, string>>) => {
  const folder = writeFiles(tempFolder(), files);
  return { folder, runtime: recorderRuntime({ ...machineFor(folder), packageRoot: folder, version: "1.2.3" }) };
};

test("must say what stands in Langfuse's place", () => {
  expect(scene({}).runtime.image(service("langfuse"))).toBe("goat-dev trace recorder 1.2.3");
});

test("must be another one after another build", async () => {
  const { folder, runtime } = scene({ "dist/recorder/main.js": "1" });
  const first = await runtime.installed();
  expect(first).toMatch(/^1\.2\.3 [0-9a-f]{16}$/);
  expect(await runtime.installed()).toBe(first);
  writeFiles(folder, { "dist/recorder/main.js": "2" });
  expect(await runtime.installed()).not.toBe(first);
});

test("must say how to build it where it is not built", async () => {
  const { runtime } = scene({});
  expect(await runtime.installed()).toBeNull();
  await expect(runtime.install(io)).rejects.toMatchObject({
    code: "runtime-unavailable",
    fixes: [{ command: "npm run build" }],
  });
});

test("must listen where the Compose file publishes, and log where logs are read", () => {
  const { folder, runtime } = scene({});
  const launch = runtime.launch({
    service: "langfuse",
    container: "goat-langfuse-1",
    command: [],
    environment: { DATABASE_URL: "postgresql://u:p@127.0.0.1:5433/langfuse", HOSTNAME: "0.0.0.0" },
    ports: [{ ...port(3001, 3000), hostIp: "127.0.0.1" }],
    mounts: [],
    workingDir: folder,
    logFolder: "/l",
  });
  expect(launch.command).toEqual([process.execPath, join(folder, "dist/recorder/main.js")]);
  expect(launch.environment).toMatchObject({
    DATABASE_URL: "postgresql://u:p@127.0.0.1:5433/langfuse",
    HOSTNAME: "127.0.0.1",
    PORT: "3001",
    RECORDER_LOG_FILE: "/l/service.log",
  });
});

test("must refuse a service that nobody could reach", () => {
  expect(scene({}).runtime.refuse(service("langfuse", { ports: [] }))).toBe("langfuse publishes no port for 3000");
});
