import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Translation,
  translateCommand,
  translateEnvironment,
  translateText,
} from "../../../../src/engine/processes/translate.ts";

const translation: Translation = {
  addresses: [
    { service: "postgres", port: 5432, here: "127.0.0.1:15432" },
    { service: "langfuse", port: 3000, here: "127.0.0.1:3001" },
    { service: "langfuse-worker", port: 3000, here: "127.0.0.1:3030" },
  ],
  paths: [
    { target: "/data", path: "/home/dev/my project/data" },
    { target: "/data/cache/", path: "/var/cache of mine" },
    { target: "/app/config.yaml", path: "/home/dev/my project/dev/litellm-config.yaml" },
  ],
};

describe("an address", () => {
  test.each([
    ["postgresql://postgres:postgres@postgres:5432/litellm", "postgresql://postgres:postgres@127.0.0.1:15432/litellm"],
    ["postgresql://postgres:5432@postgres:5432/litellm", "postgresql://postgres:5432@127.0.0.1:15432/litellm"],
    ["http://langfuse:3000", "http://127.0.0.1:3001"],
    ["http://langfuse-worker:3000/api", "http://127.0.0.1:3030/api"],
    ["host=postgres:5432 other='langfuse:3000'", "host=127.0.0.1:15432 other='127.0.0.1:3001'"],
    ["postgres:5432,langfuse:3000", "127.0.0.1:15432,127.0.0.1:3001"],
    ["http://langfuse:3000?next=http://langfuse:3000", "http://127.0.0.1:3001?next=http://127.0.0.1:3001"],
  ])("of a service must become this machine's own: %s", (text, here) => {
    expect(translateText(text, translation)).toBe(here);
  });

  test.each([
    "postgres",
    "postgres:5433",
    "postgres:54320",
    "my-postgres:5432",
    "postgres:5432.example.com",
    "http://eu.langfuse:3000",
    "https://us.cloud.langfuse.com:3000",
    "sk-postgres:5432",
  ])("of somebody else must stay: %s", (text) => {
    expect(translateText(text, translation)).toBe(text);
  });
});

describe("a path", () => {
  test.each([
    ["/data", "/home/dev/my project/data"],
    ["/data/", "/home/dev/my project/data/"],
    ["/data/pg/base", "/home/dev/my project/data/pg/base"],
    ["/data/cache/x", "/var/cache of mine/x"],
    ["--config=/app/config.yaml", "--config=/home/dev/my project/dev/litellm-config.yaml"],
    ["/usr/lib:/data:/opt", "/usr/lib:/home/dev/my project/data:/opt"],
  ])("that is mounted must become where it lies: %s", (text, here) => {
    expect(translateText(text, translation)).toBe(here);
  });

  test.each([
    "/database",
    "/data.old/x",
    "/data-old",
    "/srv/data",
    "./data",
    "https://example.com/data",
    "~/data",
    "/app/config.yaml.bak",
    "$HOME/data",
  ])("that is another must stay: %s", (text) => {
    expect(translateText(text, translation)).toBe(text);
  });
});

describe("a shell's text", () => {
  const run = (script: string): string => {
    const [shell = "", ...args] = translateCommand(["sh", "-c", script], translation);
    return spawnSync(shell, args, { encoding: "utf8" }).stdout;
  };

  test.each([
    ["printf '%s|' /data/a b", "/home/dev/my project/data/a|b|"],
    ["printf '%s|' '/data/a' b", "/home/dev/my project/data/a|b|"],
    ['printf "%s|" "/data/a" b', "/home/dev/my project/data/a|b|"],
    ["printf '%s|' it\\'s /data", "it's|/home/dev/my project/data|"],
    ["X=/data; printf '%s|' \"$X\"", "/home/dev/my project/data|"],
  ])("must keep a path with spaces one word: %s", (script, printed) => {
    expect(run(script)).toBe(printed);
  });

  test("must not be taken for one where no shell runs", () => {
    expect(translateCommand(["node", "-c", "/data/a"], translation)).toEqual([
      "node",
      "-c",
      "/home/dev/my project/data/a",
    ]);
  });
});

const word = fc.string({ maxLength: 20 });
const name = fc.stringMatching(/^[a-z][a-z0-9_-]{0,8}$/);
const port = fc.integer({ min: 1, max: 65_535 });
const segment = fc.stringMatching(/^[a-z][a-z0-9_]{0,6}$/);
const path = fc.array(segment, { minLength: 1, maxLength: 3 }).map((parts) => `/${parts.join("/")}`);
/** Not what a shell could be told in any quotes. */
const hostPath = fc
  .string({ minLength: 1, maxLength: 12, unit: "binary" })
  .map((text) => `/${text.replaceAll("\0", "0")}`);

describe("any text", () => {
  test("must stay as it is where no service and no mount is named", () => {
    fc.assert(
      fc.property(word, (text) => {
        expect(translateText(text, { addresses: [], paths: [] })).toBe(text);
        expect(translateText(text.replaceAll(/[/:]/g, ""), translation)).toBe(text.replaceAll(/[/:]/g, ""));
      }),
    );
  });

  test("must have its addresses translated, whatever the names and ports, and nothing else of a URL", () => {
    fc.assert(
      fc.property(name, port, port, segment, (service, inside, outside, tail) => {
        const here = `127.0.0.1:${outside}`;
        const map = { addresses: [{ service, port: inside, here }], paths: [] };
        expect(translateText(`http://u:p@${service}:${inside}/${tail}`, map)).toBe(`http://u:p@${here}/${tail}`);
        expect(translateText(`http://x${service}:${inside}/${tail}`, map)).toBe(`http://x${service}:${inside}/${tail}`);
      }),
    );
  });

  test("must have its paths translated, whatever the host's path holds", () => {
    fc.assert(
      fc.property(path, hostPath, segment, (target, here, tail) => {
        const map = { addresses: [], paths: [{ target, path: here }] };
        expect(translateEnvironment({ A: `${target}/${tail}` }, map)).toEqual({ A: `${here}/${tail}` });
        expect(translateText(`${target}x/${tail}`, map)).toBe(`${target}x/${tail}`);
      }),
    );
  });

  test("a shell must read back exactly the host's path, in any quotes", () => {
    const quotes = fc.constantFrom("", "'", '"');
    const printable = fc.stringMatching(/^[ -~é]{1,10}$/).map((text) => `/${text}`);
    fc.assert(
      fc.property(path, printable, quotes, (target, here, quote) => {
        const map = { addresses: [], paths: [{ target, path: here }] };
        const [shell = "", ...args] = translateCommand(["sh", "-c", `printf %s ${quote}${target}/x${quote}`], map);
        expect(spawnSync(shell, args, { encoding: "utf8" }).stdout).toBe(`${here}/x`);
      }),
      { numRuns: 40 },
    );
  });
});
