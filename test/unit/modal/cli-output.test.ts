import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readApps, readEnvironments, readSecretNames } from "../../../src/modal/cli-output.ts";

/** The headings of 1.3.0, and of every version the text for people. */
const headings = ["App ID", "Description", "State", "Tasks", "Created at", "Stopped at"];

/** Modal's own rule since 1.5.0, as its source has it. */
const newKey = (heading: string): string =>
  heading
    .replace(/[^a-zA-Z0-9]+/g, "_")
    .toLowerCase()
    .replace(/^_+|_+$/g, "");

const cells = fc.tuple(
  fc.stringMatching(/^ap-[0-9A-Za-z]{4}$/),
  fc.stringMatching(/^[a-z][a-z0-9-]{0,20}$/),
  fc.constantFrom("deployed", "stopped", "ephemeral", "stopping..."),
  fc.nat(99).map(String),
  fc.constant("2026-11-23 08:00:00+00:00"),
  fc.constant(null),
);

const documentOf = (rows: readonly (readonly (string | null)[])[], key: (heading: string) => string): string =>
  JSON.stringify(rows.map((row) => Object.fromEntries(headings.map((heading, at) => [key(heading), row[at]]))));

describe("a list of the CLI", () => {
  test("must read the same in both of its shapes, with or without a warning before it", () => {
    fc.assert(
      fc.property(fc.array(cells), fc.constantFrom("", "Warning: old version [1.4]\n"), (rows, warning) => {
        const [older, newer] = [documentOf(rows, (heading) => heading), documentOf(rows, newKey)];
        const apps = readApps(`${warning}${newer}`);
        expect(readApps(`${warning}${older}`)).toEqual(apps);
        expect(apps.map(({ name, state, containers }) => [name, state, String(containers)])).toEqual(
          rows.map((row) => row.slice(1, 4)),
        );
      }),
    );
  });

  test("must take keys that are new, and miss none that it does not need", () => {
    expect(readSecretNames('[{"name": "goat-litellm", "expires": 1}]')).toEqual(["goat-litellm"]);
    expect(readEnvironments('[{"name": "main"}]')).toEqual([{ name: "main", webSuffix: "" }]);
    expect(readEnvironments('[{"name": "goat", "web suffix": "goat"}]')).toEqual([{ name: "goat", webSuffix: "goat" }]);
  });

  test("must be an empty list where there is nothing", () => {
    expect(readApps("[]\n")).toEqual([]);
  });

  test("must never be guessed at: any other text is refused with what was seen", () => {
    const isNoList = (text: string): boolean => {
      try {
        return !Array.isArray(JSON.parse(text.slice(Math.max(0, text.indexOf("[")))));
      } catch {
        return true;
      }
    };
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()).filter(isNoList), (text) => {
        expect(() => readApps(text)).toThrow(expect.objectContaining({ code: "modal-output-unknown" }));
      }),
    );
    expect(() => readApps('[{"title": "x"}]')).toThrow(
      expect.objectContaining({ evidence: ["no description or name among title"] }),
    );
    expect(() => readApps("[1]")).toThrow(expect.objectContaining({ evidence: ["JSON, but no list of objects"] }));
  });
});
