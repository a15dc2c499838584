import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { oneLine } from "../../../src/modal/cli-output.ts";
import { explain } from "../../../src/modal/failures.ts";

const question = { command: "modal app list --json", environment: "goat" };

/** As versions before 1.5 print an error: in a box, wrapped at the terminal's width. */
const boxed = (message: string, width: number): string => {
  const rows = message.match(new RegExp(`.{1,${width}}(?: |$)`, "g")) ?? [message];
  const border = "─".repeat(width);
  const lines = rows.map((row) => `│ ${row.trimEnd().padEnd(width)} │`);
  return [`╭─ Error ${border.slice(6)}╮`, ...lines, `╰${border}──╯`].join("\n");
};

/** What the CLI says -> what it means. The first three are the real CLI's words; the server's others are assumed. */
const said = [
  [
    "Token missing. Could not authenticate client. If you have token credentials, see modal.com/docs/sdk/py/latest/config for setup help. If you are a new user, register an account at modal.com, then run `modal token new`.",
    "modal-token-missing",
  ],
  [
    "Modal profile 'work' was not found in /home/me/.modal.toml. Run `modal profile list` to see available profiles.",
    "modal-token-missing",
  ],
  ["Could not connect to the Modal server.", "modal-unreachable"],
  ["Token has expired. Please create a new token with `modal token new`.", "modal-token-refused"],
  ["Token validation failed. The token ID does not exist.", "modal-token-refused"],
  ["Environment 'goat' not found", "modal-environment-missing"],
  ["No such environment 'goat'", "modal-environment-missing"],
  ["Secret 'goat-langfuse' not found in environment 'goat'", "modal-secret-missing"],
  ["Secret 'goat-litellm' is missing required key(s): LITELLM_MASTER_KEY", "modal-secret-incomplete"],
  ["No App with name 'goat-services' found in the 'goat' environment.", "modal-not-deployed"],
  ["No such option: --yes", "modal-output-unknown"],
  ["No such command 'info'.", "modal-output-unknown"],
  ["Something that nobody has seen", "modal-refused"],
] as const;

describe("a failure of the CLI", () => {
  test.each(said)("%s must mean %s, plain or in a box of any width", (message, code) => {
    expect(explain(`Error: ${message}`, question, "modal-refused").code).toBe(code);
    fc.assert(
      fc.property(fc.integer({ min: 30, max: 200 }), (width) => {
        expect(explain(boxed(message, width), question, "modal-refused").code).toBe(code);
      }),
    );
  });

  test("must end in something to type, and name what is missing", () => {
    const error = explain(
      "Error: Secret 'goat-langfuse' not found",
      { ...question, environment: "dev" },
      "modal-refused",
    );
    expect(error.message).toBe("the Modal secret goat-langfuse does not exist");
    expect(error.fixes[0]?.command).toBe("goat-dev modal secrets sync goat-langfuse --env dev");
    for (const [message] of said) expect(explain(message, question, "modal-refused").fixes.length).toBeGreaterThan(0);
  });

  test("must keep the asked-for code where its words are not known, with the last lines", () => {
    const error = explain("one\ntwo\nthree\nfour\nfive\nsix\n", question, "modal-deploy-failed");
    expect(error).toMatchObject({ code: "modal-deploy-failed", evidence: ["two", "three", "four", "five", "six"] });
  });
});

test("a box must leave a message's words as they were", () => {
  const words = fc.array(fc.stringMatching(/^[A-Za-z0-9'.`-]{1,12}$/), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(words, fc.integer({ min: 20, max: 120 }), (list, width) => {
      const message = list.join(" ");
      fc.pre(!/^(?:Error|Warning)$/.test(message));
      expect(oneLine(boxed(message, width))).toBe(message);
    }),
  );
});
