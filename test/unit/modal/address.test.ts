import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addressesIn, checkWorkspace, readWorkspace, webAddress } from "../../../src/modal/address.ts";

const label = fc.stringMatching(/^[a-z]([a-z0-9-]{0,10}[a-z0-9])?$/);

describe("an address", () => {
  test("must be as Modal makes it from names, a host's name whatever they are", () => {
    const place = { workspace: "acme", webSuffix: "goat", app: "goat-services", webFunction: "litellm" };
    expect(webAddress(place)).toBe("https://acme-goat--goat-services-litellm.modal.run");
    expect(webAddress({ ...place, webSuffix: "" })).toBe("https://acme--goat-services-litellm.modal.run");
    fc.assert(
      fc.property(label, label, label, fc.stringMatching(/^[a-z_]{1,8}$/), (workspace, webSuffix, app, webFunction) => {
        const { host } = new URL(webAddress({ workspace, webSuffix, app, webFunction }));
        expect(host).toMatch(/^[a-z0-9-]+\.modal\.run$/);
      }),
    );
  });

  test("must be refused for a workspace that cannot be part of a host's name", () => {
    for (const name of ["Acme", "acme_corp", "acme.corp", "-acme", "acme-", "", "a b"]) {
      expect(() => checkWorkspace(name)).toThrow(expect.objectContaining({ code: "usage", exitCode: 2 }));
    }
    expect(checkWorkspace("acme-2")).toBe("acme-2");
  });
});

describe("the workspace", () => {
  test("must be read from what people read, in colour or not", () => {
    const text = "Token: ak-1\n\u001b[1mWorkspace:\u001b[0m acme-corp \u001b[2m(ac-1)\u001b[0m\nUser: x (us-1)\n";
    expect(readWorkspace(text)).toBe("acme-corp");
    expect(() => readWorkspace("You are acme.")).toThrow(expect.objectContaining({ code: "modal-output-unknown" }));
  });
});

describe("what modal deploy prints", () => {
  const url = "https://acme-goat--goat-services-litellm.modal.run";

  test("must give each function's address, in the new shape and in the old one", () => {
    const newer = `✓ Created objects.
├── ✓ Uploaded /work/python/litellm.lock
├── ✓ Created Function litellm
│   └── ${url} (unauthenticated)
└── ✓ Created Function langfuse
    └── ${url.replace("litellm", "langfuse")} (unauthenticated) (label stolen)
✓ App deployed in 1.234s! 🎉

View Deployment: https://modal.com/apps/acme/goat/deployed/goat-services`;
    const older = `├── 🔨 Created web function litellm => ${url}
└── 🔨 Created web function langfuse => ${url.replace("litellm", "langfuse")}
View Deployment: https://modal.com/apps/acme/goat/deployed/goat-services`;
    const both = { litellm: url, langfuse: url.replace("litellm", "langfuse") };
    expect(addressesIn(newer)).toEqual(both);
    expect(addressesIn(older)).toEqual(both);
  });

  test("must give none where none is printed, and never Modal's own pages", () => {
    const quiet =
      "└── ✓ Created Function litellm.\nView Deployment: https://modal.com/apps/acme/goat/deployed/goat-services";
    expect(addressesIn(quiet)).toEqual({});
    expect(addressesIn("see https://example.com")).toEqual({});
  });

  test("must be read through colours and links", () => {
    const linked = `\u001b[32m├──\u001b[0m 🔨 Created function \u001b[32mlitellm\u001b[0m\n│   └── \u001b]8;id=1;${url}\u001b\\\u001b[2;4m${url}\u001b[0m\u001b]8;;\u001b\\ (unauthenticated)`;
    expect(addressesIn(linked)).toEqual({ litellm: url });
  });
});
