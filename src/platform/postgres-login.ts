import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { Socket } from "node:net";
import { createScram, type Scram } from "./scram.ts";

interface Login {
  /** A name, an address, or the folder of the server's socket. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

interface Message {
  readonly type: string;
  readonly body: Buffer;
}

const protocolVersion = 196_608;

const int32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
};

const message = (type: string, ...parts: readonly Uint8Array[]): Buffer => {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from(type), int32(body.length + 4), body]);
};

const zeroEnded = (...texts: readonly string[]): Buffer => Buffer.from(texts.map((text) => `${text}\0`).join(""));

const startUp = ({ user, database }: Login): Buffer => {
  const names = zeroEnded("user", user, "database", database, "application_name", "goat-dev", "");
  return message("", int32(protocolVersion), names);
};

/** The server's messages, whole, however they came. */
const messagesOf = async function* (socket: Socket): AsyncGenerator<Message> {
  let rest = Buffer.alloc(0);
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 5 && rest.length > rest.readInt32BE(1)) {
      const end = 1 + Math.max(4, rest.readInt32BE(1));
      yield { type: rest.toString("latin1", 0, 1), body: rest.subarray(5, end) };
      rest = rest.subarray(end);
    }
  }
};

/** The server's own words, with its SQLSTATE as code. */
const refusal = (body: Buffer): Error => {
  const fields = new Map(
    body
      .toString("utf8")
      .split("\0")
      .map((field) => [field.slice(0, 1), field.slice(1)]),
  );
  return Object.assign(new Error(fields.get("M") ?? "refused"), { code: fields.get("C") });
};

const md5 = (...parts: readonly (string | Uint8Array)[]): string => {
  const hash = createHash("md5");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
};

const passwordMessage = (text: string): Buffer => message("p", zeroEnded(text));

/** Answers the server's questions for the password; undefined where it asks nothing. */
const createAnswers = ({ user, password }: Login): ((body: Buffer) => Buffer | undefined) => {
  let scram: Scram | undefined;
  let isProven = true;
  return (body) => {
    const text = body.toString("utf8", 4);
    switch (body.readInt32BE(0)) {
      case 0:
        if (!isProven) throw new Error("the server does not know the password");
        return undefined;
      case 3:
        return passwordMessage(password);
      case 5:
        return passwordMessage(`md5${md5(md5(password, user), body.subarray(4, 8))}`);
      case 10: {
        if (!text.split("\0").includes("SCRAM-SHA-256")) break;
        isProven = false;
        scram = createScram(password, randomBytes(18).toString("base64"));
        const first = Buffer.from(scram.first);
        return message("p", zeroEnded("SCRAM-SHA-256"), int32(first.length), first);
      }
      case 11:
        if (scram === undefined) break;
        return message("p", Buffer.from(scram.answer(text)));
      case 12:
        if (scram === undefined) break;
        scram.verify(text);
        isProven = true;
        return undefined;
    }
    throw new Error("the server asks for a log-in of a kind that is not known");
  };
};

const converse = async (socket: Socket, login: Login): Promise<void> => {
  const answer = createAnswers(login);
  let isIn = false;
  socket.write(startUp(login));
  for await (const { type, body } of messagesOf(socket)) {
    if (type === "E") throw refusal(body);
    if (type === "R") {
      const said = answer(body);
      if (said !== undefined) socket.write(said);
    }
    if (type !== "Z") continue;
    if (isIn) return void socket.end(message("X"));
    isIn = true;
    socket.write(message("Q", zeroEnded("select 1")));
  }
  throw new Error("the connection ended before the log-in did");
};

/**
 * A log-in and `select 1`, and nothing kept of it: pg, which can do all that Postgres can, takes longer to load than Postgres to
 * answer. Rejects with the server's words and its SQLSTATE as `code`, the system's error, or the signal's reason.
 */
export const logIn = async (login: Login, signal: AbortSignal): Promise<void> => {
  signal.throwIfAborted();
  const socket = new Socket({ signal });
  try {
    if (login.host.startsWith("/")) socket.connect(`${login.host}/.s.PGSQL.${login.port}`);
    else socket.connect(login.port, login.host);
    await once(socket, "connect");
    await converse(socket, login);
  } finally {
    socket.on("error", () => {});
    socket.destroySoon();
  }
};
