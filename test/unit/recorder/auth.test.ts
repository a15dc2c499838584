import { describe, expect, it } from "vitest";
import { accessOf } from "../../../src/recorder/auth.ts";

const keys = { publicKey: "pk-lf-1", secretKey: "sk-lf-1" };
const basic = (text: string): string => `Basic ${Buffer.from(text).toString("base64")}`;
const hint = "Confirm that you've configured the correct host.";

describe("accessOf", () => {
  it("must let whoever knows the secret key do everything", () => {
    expect(accessOf(basic("pk-lf-1:sk-lf-1"), keys)).toEqual({ ok: true, scope: "all" });
    expect(accessOf(basic("another:sk-lf-1"), keys)).toEqual({ ok: true, scope: "all" });
  });

  it("must let whoever knows the public key alone send scores", () => {
    expect(accessOf("Bearer pk-lf-1", keys)).toEqual({ ok: true, scope: "scores" });
  });

  it.each([
    [undefined, "No authorization header"],
    ["", "No authorization header"],
    [basic("pk-lf-1:wrong"), `Invalid credentials. ${hint}`],
    [basic("pk-lf-1"), `Invalid authorization header. ${hint}`],
    [basic("pk-lf-1:"), `Invalid authorization header. ${hint}`],
    ["Basic !!!", `Invalid character. ${hint}`],
    ["Bearer sk-lf-1", `Invalid public key. ${hint}`],
    ["Bearer ", `Invalid public key. ${hint}`],
    ["Digest abc", "Invalid authorization header"],
    ["Basic", "Invalid authorization header"],
  ])("must refuse %s", (header, refusal) => {
    expect(accessOf(header, keys)).toEqual({ ok: false, refusal });
  });
});
