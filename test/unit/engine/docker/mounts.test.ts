import { describe, expect, test } from "vitest";
import { type InheritedVolume, toMounts } from "../../../../src/engine/docker/mounts.ts";
import type { DockerRecipe, Mount, StackSpec } from "../../../../src/model/stack.ts";

const stack: StackSpec = {
  name: "goat",
  workingDir: "/p",
  configFiles: [],
  environmentFiles: [],
  services: [],
  networks: [],
  volumes: [{ key: "data", name: "goat_data", external: false, driverOptions: {}, labels: {} }],
};

const recipe: DockerRecipe = {
  image: "postgres:16",
  pullPolicy: "missing",
  mounts: [],
  networks: [],
  expose: [],
  labels: {},
  restart: { name: "no" },
};

const mountsOf = (
  mounts: readonly Mount[],
  imageVolumes: readonly string[] = [],
  inherited: readonly InheritedVolume[] = [],
) => toMounts(stack, { ...recipe, mounts }, { id: "sha256:i", volumes: imageVolumes }, inherited);

describe("mounts", () => {
  test("of files must carry their mode and propagation", () => {
    const bind = {
      kind: "bind" as const,
      source: "/p/a.yaml",
      target: "/a.yaml",
      readOnly: true,
      createHostPath: true,
    };
    const config = mountsOf([bind, { ...bind, target: "/b", propagation: "rslave" }]);
    expect(config).toEqual([
      { Type: "bind", Source: "/p/a.yaml", Target: "/a.yaml", ReadOnly: true },
      { Type: "bind", Source: "/p/a.yaml", Target: "/b", ReadOnly: true, BindOptions: { Propagation: "rslave" } },
    ]);
  });

  test("must use the engine's name of a volume", () => {
    const mounts: Mount[] = [
      { kind: "volume", volume: "data", target: "/data", readOnly: false, noCopy: true },
      { kind: "anonymous", target: "/scratch", readOnly: false },
      { kind: "tmpfs", target: "/tmp", sizeBytes: 64 },
    ];
    expect(mountsOf(mounts)).toEqual([
      { Type: "volume", Source: "goat_data", Target: "/data", ReadOnly: false, VolumeOptions: { NoCopy: true } },
      { Type: "volume", Target: "/scratch", ReadOnly: false },
      { Type: "tmpfs", Target: "/tmp", TmpfsOptions: { SizeBytes: 64 } },
    ]);
  });

  test("must hand on the anonymous volumes that the file or the image still wants, and no others", () => {
    const volume = (target: string) => ({ name: `${target.slice(1)}-id`, target, readOnly: false });
    const inherited = ["/scratch", "/image", "/data", "/gone"].map(volume);
    const mounts: Mount[] = [
      { kind: "anonymous", target: "/scratch", readOnly: false },
      { kind: "volume", volume: "data", target: "/data", readOnly: false },
    ];
    const config = mountsOf(mounts, ["/image", "/data"], inherited);
    expect(config).toEqual([
      { Type: "volume", Source: "goat_data", Target: "/data", ReadOnly: false },
      { Type: "volume", Source: "scratch-id", Target: "/scratch", ReadOnly: false },
      { Type: "volume", Source: "image-id", Target: "/image", ReadOnly: false },
    ]);
  });
});
