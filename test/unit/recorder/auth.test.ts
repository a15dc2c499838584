import { describe, expect, it } from "vitest";
import { refuse } from "../../../src/recorder/auth.ts";

const keys = { publicKey: "pk-lf-1", secretKey: "sk-lf-1" };
const basic = (text: string): string => `Basic ${Buffer.from(text).toString("base64")}`;
const invalid = "Invalid credentials. Confirm that you've configured the correct host.";

describe("refuse", () => {
  it("must let the right pair pass, however Basic is spelt", () => {
    expect(refuse(basic("pk-lf-1:sk-lf-1"), keys)).toBeNull();
    expect(refuse(basic("pk-lf-1:sk-lf-1").replace("Basic", "basic"), keys)).toBeNull();
  });

  it.each([
    [undefined, "No authorization header"],
    ["", "No authorization header"],
    [basic("pk-lf-1:wrong"), invalid],
    [basic("pk-lf-1"), invalid],
    [basic("pk-lf-2:sk-lf-1"), invalid],
    [basic("pk-lf-1:sk-lf-1:"), invalid],
    ["Bearer sk-lf-1", invalid],
    ["Bearer pk-lf-1", "Access denied - need to use basic auth with secret key"],
    ["Digest abc", "Invalid authorization header"],
    ["Basic", "Invalid authorization header"],
  ])("must refuse %s", (header, message) => {
    expect(refuse(header, keys)).toBe(message);
  });
});
