// Failures that cannot be injected here: from what the real services were seen with, and from their source; counted apart.
import { join } from "node:path";
import { rolldown } from "rolldown";

const root = join(import.meta.dirname, "../..");

export async function scoreRecorded() {
  const { diagnose } = await load("src/doctor/failures/diagnose.ts");
  const { recordedFailures } = await load("test/support/recorded-failures.ts");
  return recordedFailures.map((recorded) => {
    const error = diagnose(evidenceOf(recorded));
    const cause = error?.code === recorded.code && recorded.says.test(error.message);
    return {
      name: recorded.name,
      kind: recorded.from === "run" ? "recorded" : "source",
      code: recorded.code,
      seen: error?.code ?? null,
      cause,
    };
  });
}

function evidenceOf({
  role,
  log = [],
  exitCode = null,
  startError = null,
  outOfMemory = false,
  heard,
  reason = null,
  environment = {},
}) {
  const ports = [{ hostIp: "127.0.0.1", host: 4000, container: 4000, protocol: "tcp" }];
  return {
    service: { name: "thing", role, environment, ports, ready: { kind: "running" }, run: {} },
    engine: "docker",
    ended: heard === undefined ? { exitCode, outOfMemory, startError } : null,
    heard: heard === undefined ? null : { why: heard, reason },
    log,
    users: null,
    volumes: [],
  };
}

async function load(path) {
  const bundle = await rolldown({ input: join(root, path), platform: "node", logLevel: "silent" });
  const { output } = await bundle.generate({ format: "esm" });
  await bundle.close();
  return import(`data:text/javascript,${encodeURIComponent(output[0].code)}`);
}
