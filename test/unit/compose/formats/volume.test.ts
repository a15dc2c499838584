import fc from "fast-check";
import { expect, test } from "vitest";
import { parseVolume } from "../../../../src/compose/formats/volume.ts";

const plain = { source: "", readOnly: false, noCopy: false, ignored: [] };

test.each([
  ["/anon", { ...plain, kind: "anonymous", target: "/anon" }],
  ["data:/d", { ...plain, kind: "volume", source: "data", target: "/d" }],
  ["data:/d:ro,nocopy", { ...plain, kind: "volume", source: "data", target: "/d", readOnly: true, noCopy: true }],
  ["./x:/x:ro", { ...plain, kind: "bind", source: "./x", target: "/x", readOnly: true }],
  ["../x:/x:ro,rw", { ...plain, kind: "bind", source: "../x", target: "/x" }],
  ["~/x:/x:rslave", { ...plain, kind: "bind", source: "~/x", target: "/x", propagation: "rslave" }],
  ["/a:/b:z,cached", { ...plain, kind: "bind", source: "/a", target: "/b", ignored: ["z", "cached"] }],
])("%s is read as Compose reads it", (text, volume) => {
  expect(parseVolume(text)).toEqual(volume);
});

test.each([
  [":/x", '":/x" has an empty part'],
  ["/a:/b:", '"/a:/b:" has an empty part'],
  ["", '"" has an empty part'],
  ["a1:b:c:d", '"a1:b:c:d" has too many colons'],
  ["v:/v", '"v" is taken for a Windows drive: give the volume a longer name'],
])("%j is refused with its reason", (text, problem) => {
  expect(parseVolume(text)).toBe(problem);
});

test("a path must be a bind and a name a volume", () => {
  const name = fc.stringMatching(/^[a-z][a-z0-9_-]{1,8}$/);
  fc.assert(
    fc.property(name, name, fc.constantFrom("", "./", "../", "/", "~/"), (source, target, prefix) => {
      expect(parseVolume(`${prefix}${source}:/${target}`)).toMatchObject({
        kind: prefix === "" ? "volume" : "bind",
        source: prefix + source,
        target: `/${target}`,
      });
    }),
  );
});
