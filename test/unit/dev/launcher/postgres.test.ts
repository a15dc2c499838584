import { execFile } from "node:child_process";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { freePorts } from "../../../support/ports.ts";

const execute = promisify(execFile);
const dev = join(import.meta.dirname, "..", "..", "..", "..", "dev");

const error = (code: string): Buffer => Buffer.from(`E\0\0\0\x20SFATAL\0C${code}\0Msays so\0\0`, "latin1");
const asksForPassword = Buffer.from("R\0\0\0\x08\0\0\0\x03", "latin1");

/** Answers one connection after another with these; the last one stays. */
const answering = async (port: number, answers: readonly Buffer[]): Promise<readonly string[]> => {
  const said: string[] = [];
  const server: Server = createServer((socket) => {
    socket
      .on("error", () => undefined)
      .once("data", (data) => {
        said.push(data.toString("latin1"));
        socket.end(answers[Math.min(said.length, answers.length) - 1] ?? "");
      });
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return said;
};

const waitFor = async (url: string, seconds = "30"): Promise<string> => {
  const program =
    "import sys; sys.path.insert(0, sys.argv[1]); from launcher import postgres; postgres.wait(sys.argv[2])";
  const { stderr } = await execute("python3", ["-c", program, dev, url], {
    env: { PATH: process.env["PATH"], PYTHONDONTWRITEBYTECODE: "1", GOAT_DEV_DATABASE_SECONDS: seconds },
  });
  return stderr;
};

test("must wait while Postgres refuses for now, and go on once it asks for a password, saying who would log in where", async () => {
  const [port = 0] = await freePorts(1);
  const said = await answering(port, [error("57P03"), Buffer.alloc(0), asksForPassword]);
  expect(await waitFor(`postgresql://me%40x:pass@127.0.0.1:${port}/litellm?schema=public`)).toBe("");
  expect(said).toHaveLength(3);
  expect(said[0]?.slice(8)).toBe("user\0me@x\0database\0litellm\0\0");
});

test("must leave it to LiteLLM to say what waiting does not mend", async () => {
  const [port = 0] = await freePorts(1);
  const said = await answering(port, [error("3D000")]);
  await waitFor(`postgres://me@127.0.0.1:${port}/none`);
  expect(said).toHaveLength(1);
});

test("must say so and go on where nobody comes", async () => {
  const [port = 0] = await freePorts(1);
  expect(await waitFor(`postgresql://me@127.0.0.1:${port}/litellm`, "0.1")).toMatch(
    /^goat-dev: Postgres is not there after 0 s: Connection refused\n$/,
  );
});

test.each(["", "mysql://127.0.0.1:1/x", "postgresql:///socket"])(
  "must not wait for what is no server of Postgres: %j",
  async (url) => {
    expect(await waitFor(url, "600")).toBe("");
  },
);
