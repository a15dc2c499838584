import type { Clock } from "../platform/clock.ts";
import { driverAdapter, LostErrors } from "./adapter.ts";
import { graphqlAnswer } from "./answer.ts";
import type { Database } from "./database.ts";
import { failureOf } from "./failures.ts";
import { readModels } from "./schema.ts";
import { translate } from "./translate.ts";
import { loadQueryEngine } from "./wasm.ts";

export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** Prisma's query engine, as prisma-client-py speaks to it: GraphQL in, GraphQL's answers out. */
export interface Engine {
  /** A query or a batch. Throws SyntaxError where it cannot be read. */
  query(body: string, transaction?: string): Promise<Answer>;
  start(body: string): Promise<Answer>;
  commit(id: string): Promise<Answer>;
  rollback(id: string): Promise<Answer>;
}

export interface EngineParts {
  /** Prisma's engine, as WebAssembly. */
  readonly program: Uint8Array<ArrayBuffer>;
  /** The text of schema.prisma. */
  readonly datamodel: string;
  readonly database: Database;
  readonly clock: Clock;
}

interface Body {
  readonly query?: string;
  readonly batch?: readonly { readonly query: string }[];
  readonly transaction?: boolean;
}

interface UserFacing {
  readonly error_code?: string;
  readonly message?: string;
  readonly meta?: { readonly id?: number } | null;
}

/** The trace context of each call: empty, since the engine reports no spans. */
const trace = "{}";

/** Prisma's code for an error of the driver adapter: the engine knows only its number, and `LostErrors` has it. */
const foreign = "P2036";

/** The native engine's server answers so where a transaction fails. */
const statuses: readonly (readonly [RegExp, number])[] = [
  [/Unable to start a transaction in the given time/, 504],
  [/Transaction not found/, 404],
  [/Transaction already closed/, 422],
];

/** Ready for the first question, whether or not its database is there yet. */
export async function openEngine({ program, datamodel, database, clock }: EngineParts): Promise<Engine> {
  const models = readModels(datamodel);
  const lost = new LostErrors();
  const engine = loadQueryEngine(program, datamodel, driverAdapter(database, lost));
  await engine.connect(trace);

  const told = <T extends UserFacing>(error: T): T => {
    const { code, message } = failureOf(lost.get(error.meta?.id ?? -1), database.address);
    return { ...error, error_code: code, message, meta: {} };
  };
  const ask = async (json: string, isRaw: boolean, transaction?: string): Promise<Answer> => {
    const text = await engine.query(json, trace, transaction);
    return { status: 200, body: graphqlAnswer(text.includes(foreign) ? withFailures(text, told) : text, isRaw) };
  };
  const settle = async (answering: Promise<string>): Promise<Answer> => {
    const text = await answering;
    const answer: UserFacing = JSON.parse(text);
    if (answer.error_code === undefined) return { status: 200, body: text };
    if (answer.error_code === foreign) return { status: 500, body: JSON.stringify(told(answer)) };
    const words = `${answer.message} ${JSON.stringify(answer.meta)}`;
    return { status: statuses.find(([shape]) => shape.test(words))?.[1] ?? 500, body: text };
  };
  return {
    query: async (text, transaction) => {
      const body: Body = JSON.parse(text);
      if (body.batch === undefined) {
        const { json, isRaw } = translate(body.query ?? "", models);
        return ask(json, isRaw, transaction);
      }
      const batch = body.batch.map(({ query }) => translate(query, models).json).join(",");
      const whole = body.transaction ? ',"transaction":{}' : "";
      return ask(`{"batch":[${batch}]${whole}}`, false, transaction);
    },
    start: async (body) => {
      const limitMs = maxWaitOf(body);
      const starting = engine.startTransaction(body, trace);
      const limit: StartLimit = { clock, limitMs, undo: (id) => engine.rollbackTransaction(id, trace) };
      return (await isOver(starting, limit)) ? startTimedOut : settle(starting);
    },
    commit: (id) => settle(engine.commitTransaction(id, trace)),
    rollback: (id) => settle(engine.rollbackTransaction(id, trace)),
  };
}

/** Prisma's default, where a client sets none. */
const usualMaxWaitMs = 2_000;

function maxWaitOf(body: string): number {
  const { max_wait }: { readonly max_wait?: unknown } = JSON.parse(body);
  return typeof max_wait === "number" ? max_wait : usualMaxWaitMs;
}

const unable = "Unable to start a transaction in the given time.";
const startTimedOut: Answer = {
  status: 504,
  body: JSON.stringify({
    is_panic: false,
    message: `Transaction API error: ${unable}`,
    meta: { error: unable },
    error_code: "P2028",
  }),
};

interface StartLimit {
  readonly clock: Clock;
  readonly limitMs: number;
  undo(id: string): Promise<unknown>;
}

/**
 * Whether starting the transaction takes longer than the limit, since the WebAssembly engine waits for a connection
 * without one. A transaction that starts too late is rolled back at once.
 */
async function isOver(starting: Promise<string>, { clock, limitMs, undo }: StartLimit): Promise<boolean> {
  const begun = new AbortController();
  const limit = clock.sleep(limitMs, begun.signal).then(
    () => true,
    () => false,
  );
  const over = await Promise.race([limit, starting.then(() => false)]).finally(() => begun.abort());
  const forget = (text: string): unknown => {
    const { id }: { readonly id?: string } = JSON.parse(text);
    return id === undefined ? undefined : undo(id);
  };
  if (over) starting.then(forget).catch(() => {});
  return over;
}

interface ErrorEntry {
  readonly error?: string;
  readonly user_facing_error?: UserFacing;
}

/** The answer, with the code and message of each error that the engine knew only by its number. */
function withFailures(text: string, told: (error: UserFacing) => UserFacing): string {
  const answer: { readonly errors?: readonly ErrorEntry[] } = JSON.parse(text);
  // The code may also occur in data that a user has stored.
  if (!answer.errors?.some((entry) => entry.user_facing_error?.error_code === foreign)) return text;
  const errors = answer.errors.map((entry) => {
    if (entry.user_facing_error?.error_code !== foreign) return entry;
    const error = told(entry.user_facing_error);
    return { ...entry, error: error.message, user_facing_error: error };
  });
  return JSON.stringify({ ...answer, errors });
}
