import fc from "fast-check";
import { expect, test } from "vitest";
import { parseDocument } from "yaml";
import { readGatewayConfig } from "../../../src/gateway/config.ts";
import { parseYaml } from "../../../src/platform/yaml.ts";
import { loadText } from "../../support/load-compose.ts";

const options = { prettyErrors: false, logLevel: "silent" } as const;

test("a text must be read as the library reads it", () => {
  const piece = fc.constantFrom(
    "a: ",
    "b",
    "\n",
    "  ",
    "- ",
    "[",
    "]",
    "{",
    "}",
    "&x ",
    "*x",
    '"',
    "#",
    "|\n",
    "? ",
    ",",
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
      const text = pieces.join("");
      const [found, wanted] = [parseYaml(text, options), parseDocument(text, options)];
      expect(found.errors.map(String)).toEqual(wanted.errors.map(String));
      expect(String(found.contents)).toBe(String(wanted.contents));
    }),
  );
});

test("a second document must be a mistake where it begins", () => {
  const { errors } = parseYaml("a: 1\n---\nb: 2\n", options);
  expect(errors.map(({ pos, message }) => [pos[0], message])).toEqual([
    [9, "one file holds one document: remove the --- line"],
  ]);
});

test.each(["[", "{a: ", "- ", "? ", '{"a": ['])(
  "%j without end must be refused before anything follows the nesting",
  (piece) => {
    expect(parseYaml(piece.repeat(50), options).errors.map(String)).not.toContain("nested deeper than 100 levels");
    const [error] = parseYaml(piece.repeat(20_000), options).errors;
    expect(error?.message).toBe("nested deeper than 100 levels");
  },
);

test("what even the parser finds too deep must be such a mistake as well", () => {
  const [error] = parseYaml(`${"<<: ".repeat(3_000)}]`, options).errors;
  expect(error?.message).toBe("nested deeper than 100 levels");
});

const told = (read: () => unknown): void => {
  try {
    read();
  } catch (error) {
    expect(error).toMatchObject({ name: "GoatError", exitCode: 2 });
  }
};

test("no text must make the readers of the Compose file and of LiteLLM's config throw anything but its mistakes", () => {
  const piece = fc.oneof(
    fc.constantFrom(
      "services:",
      "a: ",
      "- ",
      "? ",
      "[",
      "{",
      "]",
      "}",
      "&a ",
      "*a",
      "<<: ",
      "!!",
      "|",
      ">",
      "'",
      '"',
      "#",
      "\n",
      "\t",
      " ",
      "${A:-",
      ",",
    ),
    fc.string({ maxLength: 4 }),
  );
  const part = fc.record({ piece, times: fc.constantFrom(1, 1, 1, 2, 300, 3_000) });
  const text = fc
    .array(part, { maxLength: 6 })
    .map((parts) => parts.map((each) => each.piece.repeat(each.times)).join(""));
  fc.assert(
    fc.property(text, (written) => {
      told(() => loadText(written));
      told(() => readGatewayConfig(written, "litellm-config.yaml"));
    }),
    { numRuns: 50 },
  );
});
