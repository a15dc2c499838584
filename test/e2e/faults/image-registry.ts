import { createHash, randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import { pack } from "tar-stream";
import { type Registry, startRegistry } from "./registry.ts";

/** Images, each of layers, the same layer in several where it is the same object. */
export type Images = Readonly<Record<string, readonly Layer[]>>;

export interface Layer {
  /** As it goes over the wire. */
  readonly packed: Buffer;
  readonly diffId: string;
}

interface Blob {
  readonly type: string;
  readonly body: Buffer;
}

const digestOf = (body: Buffer): string => `sha256:${createHash("sha256").update(body).digest("hex")}`;

const layerOf = async (name: string, body: Buffer, mode: number): Promise<Layer> => {
  const tar = pack();
  tar.entry({ name, mode }, body);
  tar.finalize();
  const plain = await buffer(tar);
  return { packed: gzipSync(plain), diffId: digestOf(plain) };
};

/** A layer of so many bytes that no packing makes smaller. */
export const layerOfBytes = (name: string, size: number): Promise<Layer> => layerOf(name, randomBytes(size), 0o644);

const code: Readonly<Partial<Record<NodeJS.Architecture, readonly [machine: number, hex: string]>>> = {
  // again: pause()
  x64: [0x3e, "b8220000000f05ebf7"],
  // again: ppoll(0, 0, 0, 0)
  arm64: [0xb7, "000080d2010080d2020080d2030080d2280980d2010000d4faffff17"],
};

/** A layer with /wait: the smallest program that runs until it is stopped. */
export const waitingLayer = (): Promise<Layer> => {
  const [machine, hex] = code[process.arch] ?? [];
  if (machine === undefined || hex === undefined) throw new Error(`no program for ${process.arch}`);
  const header = Buffer.alloc(120);
  header.write("\x7fELF\x02\x01\x01", "latin1");
  header.writeUInt16LE(2, 16);
  header.writeUInt16LE(machine, 18);
  header.writeUInt32LE(1, 20);
  const base = 0x400000n;
  header.writeBigUInt64LE(base + 120n, 24);
  header.writeBigUInt64LE(64n, 32);
  header.writeUInt16LE(64, 52);
  header.writeUInt16LE(56, 54);
  header.writeUInt16LE(1, 56);
  header.writeUInt32LE(1, 64);
  header.writeUInt32LE(5, 68);
  header.writeBigUInt64LE(base, 80);
  header.writeBigUInt64LE(base, 88);
  const program = Buffer.concat([header, Buffer.from(hex, "hex")]);
  for (const at of [96, 104]) program.writeBigUInt64LE(BigInt(program.length), at);
  program.writeBigUInt64LE(4096n, 112);
  return layerOf("wait", program, 0o755);
};

const architectures: Readonly<Partial<Record<NodeJS.Architecture, string>>> = { x64: "amd64" };

const mediaType = "application/vnd.docker.distribution.manifest.v2+json";

/** Config, layers and manifest of one image, by digest; the manifest by its name as well. */
const blobsOf = (name: string, layers: readonly Layer[]): readonly (readonly [string, Blob])[] => {
  const architecture = architectures[process.arch] ?? process.arch;
  const rootfs = { type: "layers", diff_ids: layers.map(({ diffId }) => diffId) };
  const config = Buffer.from(JSON.stringify({ architecture, os: "linux", config: { Cmd: ["/wait"] }, rootfs, name }));
  const described = (body: Buffer, type: string) => ({ mediaType: type, size: body.length, digest: digestOf(body) });
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType,
      config: described(config, "application/vnd.docker.container.image.v1+json"),
      layers: layers.map(({ packed }) => described(packed, "application/vnd.docker.image.rootfs.diff.tar.gzip")),
    }),
  );
  const manifestBlob = { type: mediaType, body: manifest };
  const bytes = "application/octet-stream";
  return [
    [name, manifestBlob],
    [digestOf(manifest), manifestBlob],
    [digestOf(config), { type: bytes, body: config }],
    ...layers.map(({ packed }) => [digestOf(packed), { type: bytes, body: packed }] as const),
  ];
};

/** A registry that has these images, "shop/api" under the tag 1; `before` may answer in its place. */
export const startImageRegistry = (
  images: Images,
  before: (request: IncomingMessage, response: ServerResponse) => boolean | Promise<boolean> = () => false,
): Promise<Registry> => {
  const blobs = new Map(Object.entries(images).flatMap(([name, layers]) => blobsOf(name, layers)));
  return startRegistry(async (request, response) => {
    if (await before(request, response)) return;
    const [, name = "", reference = ""] = /^\/v2\/(.+)\/(?:manifests|blobs)\/([^/]+)$/.exec(request.url ?? "") ?? [];
    const blob = blobs.get(reference === "1" ? name : reference);
    if (blob === undefined) return void response.writeHead(404).end();
    const headers = {
      "content-type": blob.type,
      "content-length": blob.body.length,
      "docker-content-digest": digestOf(blob.body),
    };
    response.writeHead(200, headers).end(request.method === "HEAD" ? undefined : blob.body);
  });
};
