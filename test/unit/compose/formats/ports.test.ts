import fc from "fast-check";
import { expect, test } from "vitest";
import { parseExpose, parsePorts } from "../../../../src/compose/formats/ports.ts";

const port = (hostIp: string, host: number | null, container: number, protocol = "tcp") => ({
  hostIp,
  host,
  container,
  protocol,
});

test.each([
  ["3000", [port("", null, 3000)]],
  ["8000:80", [port("", 8000, 80)]],
  ["80/udp", [port("", null, 80, "udp")]],
  ["80/UDP", [port("", null, 80, "udp")]],
  ["80/", [port("", null, 80)]],
  [":80", [port("", null, 80)]],
  ["0:80", [port("", null, 80)]],
  ["127.0.0.1:8000:80", [port("127.0.0.1", 8000, 80)]],
  ["127.0.0.1::90", [port("127.0.0.1", null, 90)]],
  ["[::1]:91:91", [port("::1", 91, 91)]],
  ["3000-3002", [port("", null, 3000), port("", null, 3001), port("", null, 3002)]],
  ["4000-4001:80-81/udp", [port("", 4000, 80, "udp"), port("", 4001, 81, "udp")]],
])("%s is read as Compose reads it", (text, ports) => {
  expect(parsePorts(text)).toEqual({ ports });
});

test.each([
  ["70000", '"70000" is not a port from 1 to 65535'],
  ["80:0", '"0" is not a port from 1 to 65535'],
  ["x:80", '"x" is not a port from 1 to 65535'],
  ["", '"" is not a port from 1 to 65535'],
  ["1.2.3:80:80", '"1.2.3" is not an IP address'],
  ["localhost:80:80", '"localhost" is not an IP address'],
  ["80/sctp", 'the protocol "sctp" is not supported, only tcp and udp'],
  ["8000-8001:80-82", "8000-8001:80-82: the ranges differ"],
  ["8000-8002:80-81", "8000-8002:80-81: the ranges differ"],
  ["82-80", '"82-80" is not a port from 1 to 65535'],
  ["80/tcp/udp", '"80/tcp/udp" is not a port'],
])("%s is refused with its reason", (text, problem) => {
  expect(parsePorts(text)).toEqual({ problem });
});

const number = fc.integer({ min: 1, max: 65_535 });

test("a port that is written out must be read back", () => {
  const ip = fc.constantFrom("", "127.0.0.1:", "0.0.0.0:", "[::1]:");
  fc.assert(
    fc.property(ip, number, number, fc.constantFrom("tcp", "udp"), (prefix, host, container, protocol) => {
      const hostIp = prefix.replace(/^\[?(.*?)\]?:$/, "$1");
      expect(parsePorts(`${prefix}${host}:${container}/${protocol}`)).toEqual({
        ports: [{ hostIp, host, container, protocol }],
      });
    }),
  );
});

test("a range must give as many ports as it is long", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 60_000 }), fc.nat(50), (from, length) => {
      const result = parsePorts(`${from}-${from + length}`);
      expect("ports" in result ? result.ports.map(({ container }) => container) : result).toEqual(
        Array.from({ length: length + 1 }, (_, index) => from + index),
      );
    }),
  );
});

test("no text must make the reader throw", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom("8", "0", ":", "-", "/", "[", "]", ".", "t", " ") }), (text) => {
      expect(Object.keys(parsePorts(text))).toHaveLength(1);
    }),
  );
});

test.each([
  ["80", ["80/tcp"]],
  ["90/udp", ["90/udp"]],
  ["100-102", ["100/tcp", "101/tcp", "102/tcp"]],
  ["a", undefined],
  ["80/sctp", undefined],
])("expose: %s", (text, ports) => {
  expect(parseExpose(text)).toEqual(ports);
});
