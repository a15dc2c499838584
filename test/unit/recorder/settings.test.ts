import { describe, expect, it } from "vitest";
import { readSettings } from "../../../src/recorder/settings.ts";

const complete = {
  DATABASE_URL: "postgresql://us%40er:p%40ss@db:6543/langfuse?schema=public",
  LANGFUSE_INIT_PROJECT_PUBLIC_KEY: "pk",
  LANGFUSE_INIT_PROJECT_SECRET_KEY: "sk",
};

const problemsOf = (env: object): string => {
  const read = readSettings({ ...complete, ...env });
  return read.ok ? "" : read.problems.join("; ");
};

describe("readSettings", () => {
  it("must read what the Langfuse image reads", () => {
    const more = {
      PORT: "3001",
      HOSTNAME: "127.0.0.1",
      LANGFUSE_INIT_PROJECT_ID: "p",
      LANGFUSE_INIT_PROJECT_NAME: "P",
      LANGFUSE_INIT_USER_EMAIL: "a@b",
      LANGFUSE_INIT_USER_PASSWORD: "pw",
    };
    expect(readSettings({ ...complete, ...more })).toEqual({
      ok: true,
      settings: {
        host: "127.0.0.1",
        port: 3001,
        database: { host: "db", port: 6543, user: "us@er", password: "p@ss", database: "langfuse" },
        project: { id: "p", name: "P" },
        keys: { publicKey: "pk", secretKey: "sk" },
        login: { email: "a@b", password: "pw" },
        debug: false,
      },
    });
  });

  it("must fall back where a variable is absent or empty", () => {
    const read = readSettings({ ...complete, PORT: "", HOSTNAME: "" });
    expect(read).toMatchObject({ settings: { host: "0.0.0.0", port: 3000, project: { id: "goat-dev" } } });
  });

  it("must name everything that is missing at once", () => {
    const read = readSettings({});
    expect(read).toMatchObject({
      ok: false,
      problems: [
        expect.stringContaining("DATABASE_URL"),
        "LANGFUSE_INIT_PROJECT_PUBLIC_KEY is missing",
        "LANGFUSE_INIT_PROJECT_SECRET_KEY is missing",
      ],
    });
  });

  it("must not show the password of a URL it cannot read", () => {
    const said = problemsOf({ DATABASE_URL: "postgresql://user:se%ZZcret@db:5432/langfuse" });
    expect(said).toContain("URL-encoded");
    expect(said).not.toContain("cret");
  });

  it.each([
    ["mysql://u:p@db/langfuse", "postgresql://"],
    ["postgresql://u:p@db", "database"],
    ["postgresql://u:p@db/langfuse?sslmode=require", "sslmode=require"],
  ])("must refuse %s", (url, words) => {
    expect(problemsOf({ DATABASE_URL: url })).toContain(words);
  });

  it("must refuse a port that is none", () => {
    expect(problemsOf({ PORT: "http" })).toBe("PORT must be a port number");
  });
});
