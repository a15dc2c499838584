import { expect, test } from "vitest";
import { tellingLines } from "../../../../src/doctor/failures/log-lines.ts";

test("of a Python traceback only its last line must be shown", () => {
  const log = [
    "INFO:     Started server process [7]",
    "Traceback (most recent call last):",
    '  File "/app/litellm/proxy/proxy_server.py", line 8744, in initialize',
    "    return future.result()",
    "           ^^^^^^^^^^^^^^^",
    "",
    "ValueError: could not convert string to float: 'lots'",
    "",
    "ERROR:    Application startup failed. Exiting.",
  ];
  expect(tellingLines(log)).toEqual([
    "ValueError: could not convert string to float: 'lots'",
    "ERROR:    Application startup failed. Exiting.",
  ]);
});

test("of a banner nothing must be shown", () => {
  const log = [
    "   ██╗     ██╗████████╗███████╗██╗     ██╗     ███╗   ███╗",
    "#------------------------------------------------------------#",
    "#           'The worst thing about this product is...'        #",
    " Thank you for using LiteLLM! - Krrish & Ishaan",
    " Give Feedback / Get Help: https://github.com/BerriAI/litellm/issues/new",
    "LiteLLM: Proxy initialized with Config, Set models:",
    "    gpt-4o-mini",
  ];
  expect(tellingLines(log)).toEqual(["    gpt-4o-mini"]);
});

test("where nothing complains the last lines must be shown, a few of them and without colours", () => {
  const log = [...Array.from({ length: 30 }, (_, index) => `\u001b[32mline ${index}\u001b[0m`), ""];
  const lines = tellingLines(log);
  expect(lines.at(-1)).toBe("line 29");
  expect(lines.length).toBe(8);
});

test("the same complaint again and again must be shown once", () => {
  expect(tellingLines(Array.from({ length: 9 }, () => "connection refused"))).toEqual(["connection refused"]);
});
