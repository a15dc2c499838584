import { describe, expect, test } from "vitest";
import { proxiesFor, withProxies } from "../../../../src/engine/docker/proxies.ts";
import { service, stackOf } from "../../../support/sample-stack.ts";

const socket = "unix:///var/run/docker.sock";
const proxy = "http://proxy.example.com:3128";

describe("the proxies of an engine", () => {
  test("must be those that Docker's config file has for it, else its default ones, and nothing of the shell beside them", () => {
    const config = {
      proxies: {
        default: { httpProxy: proxy, httpsProxy: proxy, noProxy: "*.example.com,10.0.0.0/8" },
        "tcp://other:2375": { allProxy: "socks5://other" },
      },
    };
    const shell = { HTTP_PROXY: "http://shell:1", NO_PROXY: "shell" };
    const found = { HTTP_PROXY: proxy, HTTPS_PROXY: proxy, NO_PROXY: "*.example.com,10.0.0.0/8" };
    expect(proxiesFor(socket, config, shell)).toEqual(found);
    expect(proxiesFor("tcp://other:2375", config, shell)).toEqual({ ALL_PROXY: "socks5://other" });
  });

  test.each([
    ["nothing", {}, {}],
    ["either spelling", { http_proxy: proxy, HTTPS_PROXY: proxy }, { HTTP_PROXY: proxy, HTTPS_PROXY: proxy }],
    ["no NO_PROXY alone", { NO_PROXY: "a" }, {}],
    ["no proxy of SOCKS, which LiteLLM cannot use", { ALL_PROXY: "socks5://s:1" }, {}],
    ["none of this machine's loopback, where no container comes", { HTTPS_PROXY: "http://127.0.0.1:7890" }, {}],
    ["none with a log-in there either", { HTTPS_PROXY: "http://u:p@localhost:7890" }, {}],
    ["none of IPv6's", { HTTPS_PROXY: "http://[::1]:7890" }, {}],
    [
      "one that only begins alike",
      { HTTPS_PROXY: "http://localhost.example:1" },
      { HTTPS_PROXY: "http://localhost.example:1" },
    ],
  ])("without such a file must take %s of the shell", (_what, shell, expected) => {
    expect(proxiesFor(socket, null, shell)).toEqual(expected);
  });

  test("whatever the file holds, there must be an answer", () => {
    for (const config of [
      null,
      1,
      [],
      { proxies: 1 },
      { proxies: { default: [] } },
      { proxies: { default: { httpProxy: 1 } } },
    ]) {
      expect(proxiesFor(socket, config, {})).toEqual({});
    }
  });
});

describe("services behind proxies", () => {
  const environmentOf = (noProxy: string | undefined, environment: Readonly<Record<string, string>> = {}) => {
    const stack = stackOf(service("web", { environment }), service("db"));
    const proxies = noProxy === undefined ? { HTTP_PROXY: proxy } : { HTTP_PROXY: proxy, NO_PROXY: noProxy };
    return withProxies(stack, proxies).services[0]?.environment ?? {};
  };

  test("must have both spellings, and reach each other and this machine past them", () => {
    const { NO_PROXY, no_proxy, ...rest } = environmentOf("corp.example");
    expect(rest).toEqual({ HTTP_PROXY: proxy, http_proxy: proxy });
    expect(no_proxy).toBe(NO_PROXY);
    const entries = NO_PROXY?.split(",") ?? [];
    expect(entries).toEqual(expect.arrayContaining(["corp.example", "localhost", "127.0.0.1", "web", "db"]));
  });

  test("must not get what ends LiteLLM's HTTP client: brackets, and ranges of IPv6", () => {
    const entries = environmentOf("[::1],fe80::/10,10.0.0.0/8, ,a")["NO_PROXY"]?.split(",") ?? [];
    expect(entries.filter((entry) => /[[\]]|:.*\/|^$/.test(entry))).toEqual([]);
    expect(entries).toEqual(expect.arrayContaining(["::1", "10.0.0.0/8", "a"]));
  });

  test("must keep what the Compose file says, in whatever spelling", () => {
    const own = environmentOf("a", { http_proxy: "http://own:1", NO_PROXY: "own" });
    expect(own).toEqual({ http_proxy: "http://own:1", NO_PROXY: "own" });
  });

  test("without a proxy must be as they were", () => {
    const stack = stackOf(service("web"));
    expect(withProxies(stack, {})).toBe(stack);
  });
});
