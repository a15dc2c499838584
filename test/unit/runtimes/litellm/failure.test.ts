import { describe, expect, test } from "vitest";
import { installFailure } from "../../../../src/runtimes/litellm/tool.ts";

const failure = (stderr: string) =>
  installFailure("litellm 1.2.3", "/cache", 1024, {
    ...{ exitCode: 1, endedBy: null, startError: null, stdout: "", stderr },
  });

describe("an installation that fails", () => {
  test("a file with another hash must be refused by its package's name, as uv says it", () => {
    const said =
      "  × Failed to download `idna==3.7`\n  ╰─▶ Hash mismatch for `idna==3.7`\n\n      Expected:\n        sha256:00";
    const { code, message } = failure(said);
    expect({ code, message }).toEqual({
      code: "runtime-unavailable",
      message: "idna==3.7 from the package index does not have the hash of goat-dev's lock: it was not installed",
    });
  });

  test("a file with another hash must be refused by its package's name, as pip says it", () => {
    const said = `ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE. If you have updated the package versions, please update the hashes.
    idna==3.7 from https://example.com/idna-3.7-py3-none-any.whl (from -r x.lock (line 1)):
        Expected sha256 00
             Got        11`;
    expect(failure(said).message).toContain("idna==3.7 from the package index");
  });

  test.each([
    "error: failed to write to file: No space left on device (os error 28)",
    "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device",
    "Disk quota exceeded",
  ])("a full disk must be told as such: %s", (said) => {
    expect(failure(said).code).toBe("disk-full");
  });

  test("an index that does not answer must be told, with what was said last", () => {
    const said = "error: Request failed after 3 retries\n  Caused by: dns error: failed to lookup address information";
    const { code, message, evidence } = failure(said);
    expect(code).toBe("runtime-unavailable");
    expect(message).toBe("litellm 1.2.3 cannot be fetched: the package index does not answer");
    expect(evidence.at(-1)).toContain("dns error");
  });

  test("a mirror's password must not be repeated", () => {
    const { message, evidence } = failure("error: https://me:hunter2@mirror.example/simple: 403 Forbidden");
    expect(`${message} ${evidence.join(" ")}`).not.toContain("hunter2");
    expect(message).toContain("https://***@mirror.example");
  });

  test("whatever else was said must be repeated; silence must give the exit status", () => {
    expect(failure("error: something new").message).toBe("litellm 1.2.3 cannot be installed: error: something new");
    expect(failure("").message).toBe("litellm 1.2.3 cannot be installed: exit status 1");
  });
});
