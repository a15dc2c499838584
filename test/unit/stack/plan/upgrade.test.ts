import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { pinnedImages, products } from "../../../../src/project/versions.ts";
import { localUpgrade, majorChange, planUpgrade } from "../../../../src/stack/plan/upgrade.ts";
import { running, service, stackOf } from "../../../support/sample-stack.ts";

const roleOf = { postgres: "database", langfuse: "tracing", litellm: "gateway" } as const;

const planned = (name: keyof typeof roleOf, image: string) =>
  planUpgrade([service(name, { role: roleOf[name], docker: { image } })])[0];

describe("what was tested together", () => {
  test("must be named as an image of its product, in a version that can be compared", () => {
    const services = products.map(({ role, variable }) =>
      service(role, { role, docker: { image: pinnedImages[variable] } }),
    );
    expect(planUpgrade(services).map(({ standing }) => standing)).toEqual(["tested", "tested", "tested"]);
  });
});

describe("an upgrade", () => {
  test.each([
    ["postgres", "postgres:15", "postgres:16"],
    ["postgres", "postgres:15.4-alpine3.18", "postgres:16-alpine"],
    ["postgres", "docker.io/library/postgres:9.6.24", "docker.io/library/postgres:16"],
    ["postgres", "registry.example:5000/hub/postgres:12", "registry.example:5000/hub/postgres:16"],
    ["langfuse", "langfuse/langfuse:2.60.1", "langfuse/langfuse:2.95.12"],
    ["langfuse", "localhost/langfuse/langfuse:1", "localhost/langfuse/langfuse:2.95.12"],
    ["litellm", "ghcr.io/berriai/litellm:main-v1.72.0-stable", "ghcr.io/berriai/litellm:v1.103.10"],
    ["litellm", "litellm/litellm-database:v1.103.9", "litellm/litellm-database:v1.103.10"],
  ] as const)("must bring %s from %s to %s: the tested version under the name it has", (name, from, to) => {
    expect(planned(name, from)).toMatchObject({ from, to, standing: "upgrade" });
  });

  test.each([
    ["postgres", "postgres:16", "tested"],
    ["postgres", "postgres:16.4-alpine", "tested"],
    ["postgres", "postgres:16@sha256:0f", "tested"],
    ["langfuse", "langfuse/langfuse:2", "tested"],
    ["postgres", "postgres:17", "newer"],
    ["langfuse", "langfuse/langfuse:3.22", "newer"],
    ["litellm", "ghcr.io/berriai/litellm:v1.104.0-rc.1", "newer"],
    ["postgres", "postgres", "unversioned"],
    ["langfuse", "langfuse/langfuse:latest", "unversioned"],
    ["litellm", "ghcr.io/berriai/litellm:main-stable", "unversioned"],
    ["litellm", "ghcr.io/berriai/litellm@sha256:0f", "other"],
    ["postgres", "timescale/timescaledb:2.1-pg15", "other"],
    ["postgres", "public.ecr.aws/supabase/postgres:15.1.0", "other"],
    ["langfuse", "goat-test/recorder:1", "other"],
  ] as const)("must leave %s's %s as it is: %s", (name, from, standing) => {
    expect(planned(name, from)).toMatchObject({ from, to: from, standing });
  });

  test("must leave out services of no such product, and leave built ones alone", () => {
    const build = { context: "/x", dockerfile: "Dockerfile", args: {} };
    expect(planUpgrade([service("web")])).toEqual([]);
    const built = service("litellm", {
      role: "gateway",
      docker: { image: "ghcr.io/berriai/litellm:v1.1.0", build: build as never },
    });
    expect(planUpgrade([built])).toMatchObject([{ standing: "other" }]);
  });

  test("whatever the version is, must never go back, and be at its end after one", () => {
    const version = fc.array(fc.nat(200), { minLength: 1, maxLength: 4 }).map((numbers) => numbers.join("."));
    const name = fc.constantFrom("postgres", "langfuse", "litellm" as const);
    const names = { postgres: "postgres", langfuse: "langfuse/langfuse", litellm: "berriai/litellm" };
    fc.assert(
      fc.property(name, version, fc.constantFrom("", "-alpine", "-stable"), (which, tag, variant) => {
        const first = planned(which, `${names[which]}:${tag}${variant}`);
        const after = planned(which, first?.to ?? "");
        expect(after).toMatchObject({ from: first?.to, to: first?.to });
        expect(after?.standing).toBe(first?.standing === "newer" ? "newer" : "tested");
      }),
    );
  });

  test("whatever the image is called, must say what it means and change nothing but its tag", () => {
    fc.assert(
      fc.property(fc.string(), (image) => {
        const plan = planned("litellm", image);
        expect(plan?.standing === "upgrade").toBe(plan?.to !== image);
        if (plan?.to !== image) expect(plan?.to.replace(/:[^:]*$/, "")).toBe(image.replace(/:[^:]*$/, ""));
      }),
    );
  });
});

test("only another major of Postgres may move data", () => {
  expect(majorChange({ from: "postgres:15.3", to: "postgres:16" })).toEqual({ from: 15, to: 16 });
  expect(majorChange({ from: "postgres:16.3", to: "postgres:16" })).toBeNull();
  expect(majorChange({ from: "postgres 15.8 (local)", to: "postgres 16.14 (local)" })).toEqual({ from: 15, to: 16 });
});

test("without Docker what runs must be held against what this goat-dev brings", () => {
  const litellm = service("litellm", { role: "gateway", docker: { image: "litellm 1.103.10 (local)" } });
  const older = service("litellm", { role: "gateway", docker: { image: "litellm 1.100.0 (local)" } });
  expect(localUpgrade([litellm], [])).toMatchObject([{ standing: "tested" }]);
  expect(localUpgrade([litellm], [running(stackOf(older), older)])).toMatchObject([
    { from: "litellm 1.100.0 (local)", to: "litellm 1.103.10 (local)", standing: "upgrade" },
  ]);
});
