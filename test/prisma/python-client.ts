import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { inject } from "vitest";
import type { PostgresOptions } from "../../src/platform/postgres.ts";
import { engineEnvironment, urlOf } from "./environment.ts";

const { packageRoot, python } = inject("prisma");

/** A value with a type that JSON lacks: `{ $json }`, `{ $int }`, `{ $time }` … */
export type Word = string | number | boolean | null | readonly Word[] | Words;

export type Words = { readonly [name: string]: Word };

export type Step = { readonly may?: true } & (
  | { readonly call: string; readonly args?: readonly Word[]; readonly with?: Words }
  | { readonly tx: readonly Step[]; readonly limits?: Readonly<Record<string, number>>; readonly fails?: true }
  | { readonly batch: readonly Step[] }
  | { readonly all: readonly Step[] }
  | { readonly each: readonly Step[] }
  | { readonly sleep: number }
);

class ClientError extends Error {
  readonly kind: string;
  readonly code: string | null;

  constructor(answer: { readonly failed: string; readonly code: string | null; readonly message: string }) {
    super(`${answer.failed}: ${answer.message}`);
    this.kind = answer.failed;
    this.code = answer.code;
  }
}

export interface PythonClient {
  /** The Python process. */
  readonly child: ChildProcessWithoutNullStreams;
  readonly ended: Promise<unknown>;
  take<Answer>(step: Step): Promise<Answer>;
  call<Answer>(call: string, withArguments?: Words): Promise<Answer>;
  /** The query engine's process. */
  engine(): Promise<number>;
  /** What the client and the engine printed beside answers. */
  errors(): string;
}

export interface ClientOptions {
  readonly connect?: boolean;
  readonly parameters?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export const startClient = (options: PostgresOptions, { parameters = "", env = {} }: ClientOptions): PythonClient => {
  const child = spawn(python, [join(import.meta.dirname, "client.py")], {
    cwd: packageRoot,
    env: { ...engineEnvironment(urlOf(options, parameters)), ...env },
  });
  let errors = "";
  child.stderr.setEncoding("utf8").on("data", (part: string) => {
    errors += part;
  });
  const ended = once(child, "close");
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  let last: Promise<unknown> = Promise.resolve();
  const take = <Answer>(step: Step | { readonly call: "engine" }): Promise<Answer> => {
    const answer = last.then(async () => {
      child.stdin.write(`${JSON.stringify(step)}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error(`the client ended:\n${errors}`);
      const read = JSON.parse(value);
      if (read.failed !== undefined) throw new ClientError(read);
      return read.answer as Answer;
    });
    last = answer.catch(() => {});
    return answer;
  };
  return {
    child,
    ended,
    take,
    call: (call, given = {}) => take({ call, with: given }),
    engine: () => take({ call: "engine" }),
    errors: () => errors,
  };
};
