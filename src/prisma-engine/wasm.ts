import * as glue from "@prisma/client/runtime/query_engine_bg.postgresql.js";

/** Prisma's query engine, compiled to WebAssembly. All of its questions and answers are JSON. */
export type QueryEngine = glue.QueryEngine;

export interface Query {
  readonly sql: string;
  readonly args: readonly unknown[];
}

export type Result<T> = {
  map<U>(change: (value: T) => U): Result<U>;
  flatMap<U>(change: (value: T) => Result<U>): Result<U>;
} & ({ readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: AdapterError });

export type AdapterError =
  | { readonly kind: "GenericJs"; readonly id: number }
  | { readonly kind: "UnsupportedNativeDataType"; readonly type: string }
  | {
      readonly kind: "Postgres";
      readonly code: string;
      readonly severity: string;
      readonly message: string;
      readonly detail: string | undefined;
      readonly column: string | undefined;
      readonly hint: string | undefined;
    };

interface Rows {
  readonly columnNames: readonly string[];
  readonly columnTypes: readonly number[];
  readonly rows: readonly (readonly unknown[])[];
}

export interface Queryable {
  readonly provider: "postgres";
  readonly adapterName: string;
  queryRaw(query: Query): Promise<Result<Rows>>;
  executeRaw(query: Query): Promise<Result<number>>;
}

export interface Transaction extends Queryable {
  readonly options: { readonly usePhantomQuery: boolean };
  commit(): Promise<Result<undefined>>;
  rollback(): Promise<Result<undefined>>;
}

export interface DriverAdapter extends Queryable {
  readonly errorRegistry: { consumeError(id: number): { readonly error: unknown } };
  getConnectionInfo(): Result<{ readonly schemaName: string }>;
  startTransaction(): Promise<Result<Transaction>>;
}

/** The engine of one schema.prisma over one database. Its log is discarded, since it would quote queries. */
export function loadQueryEngine(
  program: Uint8Array<ArrayBuffer>,
  datamodel: string,
  adapter: DriverAdapter,
): QueryEngine {
  const module = new WebAssembly.Module(program);
  const instance = new WebAssembly.Instance(module, { "./query_engine_bg.js": { ...glue } });
  glue.__wbg_set_wasm(instance.exports);
  const options = {
    datamodel,
    env: {},
    datasourceOverrides: {},
    ignoreEnvVarErrors: true,
    configDir: ".",
    logLevel: "error",
    logQueries: false,
    engineProtocol: "json",
  };
  return new glue.QueryEngine(options, () => {}, adapter);
}
