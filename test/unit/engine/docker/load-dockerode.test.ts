import { createRequire } from "node:module";
import { expect, test } from "vitest";
import { loadDockerode } from "../../../../src/engine/docker/load-dockerode.ts";

const require = createRequire(import.meta.url);

test("loading dockerode must bring neither gRPC nor ssh2", async () => {
  const Docker = await loadDockerode();
  expect(new Docker({ socketPath: "/x" })).toHaveProperty("listContainers");
  const loaded = Object.keys(require.cache).filter((path) => /node_modules\/(@grpc|ssh2)\//.test(path));
  expect(loaded).toEqual([]);
});
