import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { rootCertificates } from "node:tls";
import { describe, expect, test } from "vitest";
import {
  certificateBundle,
  installVariables,
  needCertificates,
  withCertificates,
} from "../../../src/stack/certificates.ts";
import { service, stackOf } from "../../support/sample-stack.ts";
import { tempFolder } from "../../support/temp.ts";

const own = rootCertificates[0] ?? "";

const withFile = (text = `${own}\n`): { readonly folder: string; readonly file: string } => {
  const folder = tempFolder();
  const file = join(folder, "company.pem");
  writeFileSync(file, text);
  return { folder, file };
};

describe("a bundle of certificates", () => {
  test("must hold the user's own before those that everybody trusts, under a name that follows what it holds", async () => {
    const { folder, file } = withFile();
    const bundle = certificateBundle({ GOAT_DEV_CA_FILE: file }, folder);
    const text = await bundle?.text();
    expect(text?.startsWith(own)).toBe(true);
    expect(text?.match(/BEGIN CERTIFICATE/g)).toHaveLength(1 + rootCertificates.length);
    writeFileSync(file, `${own}\n${own}\n`);
    expect(certificateBundle({ GOAT_DEV_CA_FILE: file }, folder)?.path).not.toBe(bundle?.path);
  });

  test("must be goat-dev's own before Node's before OpenSSL's, and none where nobody names one", () => {
    const { folder, file } = withFile();
    const all = { GOAT_DEV_CA_FILE: file, NODE_EXTRA_CA_CERTS: "/none", SSL_CERT_FILE: "/none" };
    expect(certificateBundle(all, folder)).not.toBeNull();
    expect(certificateBundle({ SSL_CERT_FILE: file }, folder)).not.toBeNull();
    expect(certificateBundle({ GOAT_DEV_CA_FILE: "" }, folder)).toBeNull();
  });

  test("that is none must keep nobody from stopping or looking, and be told before a start where goat-dev's own variable names it", () => {
    const { folder, file } = withFile("no certificate");
    for (const path of [file, "/none"]) {
      expect(certificateBundle({ GOAT_DEV_CA_FILE: path }, folder)).toBeNull();
      expect(() => needCertificates({ GOAT_DEV_CA_FILE: path })).toThrow(`GOAT_DEV_CA_FILE is ${path}`);
      expect(() => needCertificates({ NODE_EXTRA_CA_CERTS: path })).not.toThrow();
    }
    expect(() => needCertificates({ GOAT_DEV_CA_FILE: withFile().file })).not.toThrow();
  });
});

describe("the gateway", () => {
  const bundle = { path: "/p/.goat-dev/ca-1.pem", text: async () => "" };

  test("alone must trust it: mounted read-only, and named to what Python reads", () => {
    const stack = stackOf(service("litellm", { role: "gateway" }), service("web"));
    const [gateway, web] = withCertificates(stack, bundle).services;
    const target = "/etc/goat-dev/ca-1.pem";
    expect(gateway?.environment).toMatchObject({ SSL_CERT_FILE: target, REQUESTS_CA_BUNDLE: target });
    expect(gateway?.run.docker?.mounts).toContainEqual(
      expect.objectContaining({ kind: "bind", source: bundle.path, target, readOnly: true }),
    );
    expect(web).toBe(stack.services[1]);
  });

  test("must keep what its Compose file names itself", () => {
    const stack = stackOf(service("litellm", { role: "gateway", environment: { SSL_CERT_FILE: "/mine.pem" } }));
    expect(withCertificates(stack, bundle).services).toEqual(stack.services);
  });
});

describe("what installs programs", () => {
  test("must find the bundle under every name, readable, and goat-dev's own before the shell's", async () => {
    const { folder, file } = withFile();
    const cache = join(folder, "cache");
    const set = await installVariables({ GOAT_DEV_CA_FILE: file, SSL_CERT_FILE: "/theirs.pem", PATH: "/bin" }, cache);
    const path = set["SSL_CERT_FILE"] ?? "";
    expect(set).toMatchObject({ PIP_CERT: path, NODE_EXTRA_CA_CERTS: path, REQUESTS_CA_BUNDLE: path, PATH: "/bin" });
    expect(readFileSync(path, "utf8").startsWith(own)).toBe(true);
    expect(statSync(path).mode & 0o777).toBe(0o644);
  });

  test("must keep what the shell names to one of them, and hand it to the others", async () => {
    const { folder, file } = withFile();
    const set = await installVariables({ SSL_CERT_FILE: file }, folder);
    expect(set["SSL_CERT_FILE"]).toBe(file);
    expect(set["NODE_EXTRA_CA_CERTS"]).toMatch(/ca-\w{12}\.pem$/);
    expect(await installVariables({ PATH: "/bin" }, folder)).toEqual({ PATH: "/bin" });
  });
});
