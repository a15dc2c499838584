import { createHash } from "node:crypto";
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { GoatError } from "../../../src/errors/goat-error.ts";
import { openPool, tryLogin, withConnection } from "../../../src/platform/postgres.ts";
import { closedPort, startTcp } from "../../support/fake-server.ts";

const password = "not-to-be-shown";
const at = (port: number) => ({ host: "127.0.0.1", port, user: "postgres", password, database: "litellm" });
const never = new AbortController().signal;

/** What a server says before it hangs up: an ErrorResponse of the wire protocol. */
const fatal = (code: string, message: string): Buffer => {
  const body = Buffer.from(`SFATAL\0VFATAL\0C${code}\0M${message}\0\0`);
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length + 4);
  return Buffer.concat([Buffer.from("E"), length, body]);
};

const refusing = (code: string, message: string) =>
  startTcp((socket) => socket.once("data", () => socket.end(fatal(code, message))));

describe("tryLogin", () => {
  it("must say that nothing listens", async () => {
    expect(await tryLogin(at(await closedPort()), never)).toMatchObject({ ok: false, code: "ECONNREFUSED" });
  });

  it.each([
    ["57P03", "the database system is starting up"],
    ["28P01", 'password authentication failed for user "postgres"'],
    ["3D000", 'database "litellm" does not exist'],
  ])("must pass on the server's code %s with its words", async (code, reason) => {
    await using server = await refusing(code, reason);
    expect(await tryLogin(at(server.port), never)).toEqual({ ok: false, code, reason });
  });

  it("must not take an accepted connection for a database", async () => {
    await using server = await startTcp((socket) => socket.end());
    expect(await tryLogin(at(server.port), never)).toMatchObject({ ok: false });
  });

  it("must give up on a server that says nothing, and let go of it", async () => {
    await using server = await startTcp((socket) => socket.resume());
    expect(await tryLogin(at(server.port), never)).toEqual({
      ok: false,
      code: "ETIMEDOUT",
      reason: "no answer within 1000 ms",
    });
    await server.deserted();
  });

  it("must stop at once when it is interrupted, and let go of the server", async () => {
    const stop = new AbortController();
    await using server = await startTcp(() => stop.abort());
    await expect(tryLogin(at(server.port), stop.signal)).rejects.toMatchObject({ name: "AbortError" });
    await server.deserted();
    await expect(tryLogin(at(server.port), stop.signal)).rejects.toMatchObject({ name: "AbortError" });
  });

  it("must not show the password, should a server say it", async () => {
    await using server = await refusing("XX000", `you said ${password}`);
    expect(await tryLogin(at(server.port), never)).toMatchObject({ reason: "you said ***" });
  });

  it("must ask for the password it was given, also an empty one, and no other", async () => {
    const seen: string[] = [];
    const askForPassword = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 3]);
    await using server = await startTcp(async (socket) => {
      await once(socket, "data");
      socket.write(askForPassword);
      const [answer] = (await once(socket, "data")) as [Buffer];
      seen.push(answer.subarray(5, -1).toString());
      socket.end(fatal("28P01", "no"));
    });
    await tryLogin({ ...at(server.port), password: "" }, never);
    await tryLogin(at(server.port), never);
    expect(seen).toEqual(["", password]);
  });
});

describe("what the server asks for", () => {
  const question = (code: number, rest: Uint8Array = Buffer.alloc(0)): Buffer => {
    const head = Buffer.alloc(9, "R");
    head.writeInt32BE(8 + rest.length, 1);
    head.writeInt32BE(code, 5);
    return Buffer.concat([head, rest]);
  };
  const readyForQuery = Buffer.from([0x5a, 0, 0, 0, 5, 0x49]);

  it("must be the password as MD5 wants it", async () => {
    const seen: string[] = [];
    await using server = await startTcp(async (socket) => {
      await once(socket, "data");
      socket.write(question(5, Buffer.from([1, 2, 3, 4])));
      const [answer] = (await once(socket, "data")) as [Buffer];
      seen.push(answer.subarray(5, -1).toString());
      socket.write(Buffer.concat([question(0), readyForQuery]));
      await once(socket, "data");
      socket.write(readyForQuery);
    });
    expect(await tryLogin(at(server.port), never)).toEqual({ ok: true });
    const inner = createHash("md5").update(`${password}postgres`).digest("hex");
    const outer = createHash("md5")
      .update(inner)
      .update(Buffer.from([1, 2, 3, 4]))
      .digest("hex");
    expect(seen).toEqual([`md5${outer}`]);
  });

  it("must come whole also in single bytes", async () => {
    await using server = await startTcp(async (socket) => {
      socket.setNoDelay();
      await once(socket, "data");
      for (const byte of Buffer.concat([question(0), readyForQuery])) {
        await new Promise((resolve) => socket.write(Buffer.from([byte]), resolve));
      }
      await once(socket, "data");
      socket.write(readyForQuery);
    });
    expect(await tryLogin(at(server.port), never)).toEqual({ ok: true });
  });

  it("must be told where it is nothing we know", async () => {
    await using server = await startTcp((socket) => socket.once("data", () => socket.write(question(7))));
    const reason = "Unknown authenticationOk message type 7";
    expect(await tryLogin(at(server.port), never)).toEqual({ ok: false, reason });
  });
});

describe("withConnection", () => {
  it("must translate what goes wrong, with its code and without the password", async () => {
    await using server = await refusing("28P01", `password ${password} failed`);
    const thrown = await withConnection(at(server.port), never, async () => {}).catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(GoatError);
    expect(thrown).toMatchObject({
      code: "service-not-ready",
      message: `postgres at 127.0.0.1:${server.port}: password *** failed (28P01)`,
    });
    expect(JSON.stringify(thrown)).not.toContain(password);
  });
});

describe("openPool", () => {
  it("must connect to nothing before it is needed", async () => {
    const pool = await openPool(at(await closedPort()), 2);
    await expect(pool.query("select 1")).rejects.toMatchObject({ code: "ECONNREFUSED" });
    await pool.close();
  });
});
