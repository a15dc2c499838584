import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { uvSettings } from "../../../../src/runtimes/litellm/uv.ts";

const list = String.raw`global.cert='/etc/ssl/company.pem'
global.extra-index-url='\nhttps://one.example/simple\nhttps://two.example/simple'
global.find-links='/wheels\n/more'
global.index-url='https://mirror.example/simple'
global.timeout='60'
global.trusted-host='mirror.example other.example'
:env:.index-url='https://from-the-environment.example'`;

describe("pip's settings for uv", () => {
  test("mirrors, certificates and trusted hosts of pip's configuration must reach uv", () => {
    expect(uvSettings(list, {})).toEqual({
      args: [],
      env: {
        UV_DEFAULT_INDEX: "https://mirror.example/simple",
        UV_INDEX: "https://one.example/simple https://two.example/simple",
        UV_INDEX_STRATEGY: "unsafe-best-match",
        UV_FIND_LINKS: "/wheels,/more",
        SSL_CERT_FILE: "/etc/ssl/company.pem",
        UV_INSECURE_HOST: "mirror.example other.example",
        UV_HTTP_TIMEOUT: "60",
      },
    });
  });

  test("the environment must count more than the configuration, and install's section more than all of pip's", () => {
    const both = `global.index-url='https://a.example'\ninstall.index-url='https://b.example'`;
    expect(uvSettings(both, {}).env["UV_DEFAULT_INDEX"]).toBe("https://b.example");
    expect(uvSettings(both, { PIP_INDEX_URL: "https://c.example" }).env["UV_DEFAULT_INDEX"]).toBe("https://c.example");
  });

  test("what is set for uv itself, or for every program, must stay", () => {
    const env = { UV_DEFAULT_INDEX: "https://uv.example", SSL_CERT_FILE: "/own.pem", https_proxy: "http://p:1" };
    const pip = { PIP_INDEX_URL: "https://pip.example", PIP_CERT: "/pip.pem", PIP_PROXY: "http://q:2" };
    expect(uvSettings("", { ...env, ...pip }).env).toEqual({ HTTP_PROXY: "http://q:2" });
  });

  test("no index must stay no index, and a no must be none", () => {
    expect(uvSettings("", { PIP_NO_INDEX: "1", PIP_FIND_LINKS: "/a b/x" }).args).toEqual(["--no-index"]);
    expect(uvSettings("global.no-index='false'", {}).args).toEqual([]);
  });

  test("without settings nothing must be set, whatever else pip prints", () => {
    expect(uvSettings("", { PATH: "/bin", PIP_DISABLE_PIP_VERSION_CHECK: "1" })).toEqual({ env: {}, args: [] });
    fc.assert(
      fc.property(fc.string(), (text) => {
        fc.pre(!/^(?:global|install)\./m.test(text));
        expect(uvSettings(text, {}).env).toEqual({});
      }),
    );
  });
});
