/** The parts that are used of a file for which Prisma ships no types. */
declare module "@prisma/client/runtime/query_engine_bg.postgresql.js" {
  export function __wbg_set_wasm(exports: WebAssembly.Exports): void;

  export class QueryEngine {
    constructor(options: object, log: (line: string) => void, adapter: object);
    connect(trace: string): Promise<void>;
    disconnect(trace: string): Promise<void>;
    query(body: string, trace: string, transaction?: string): Promise<string>;
    startTransaction(body: string, trace: string): Promise<string>;
    commitTransaction(id: string, trace: string): Promise<string>;
    rollbackTransaction(id: string, trace: string): Promise<string>;
  }
}

/** As far as it is used; the types of Node 20 leave it out. */
declare namespace WebAssembly {
  type Exports = Readonly<Record<string, unknown>>;
  class Module {
    constructor(bytes: Uint8Array<ArrayBuffer>);
  }
  class Instance {
    constructor(module: Module, imports: Readonly<Record<string, object>>);
    readonly exports: Exports;
  }
  class RuntimeError extends Error {}
}
