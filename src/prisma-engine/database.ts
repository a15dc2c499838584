import { isDeepStrictEqual } from "node:util";
import { type Address, openPool, type Pool } from "./connections.ts";
import { untilThere, type Wait } from "./waiting.ts";

/** Where an engine's SQL goes. The engine may start before anybody has asked for the database. */
export class Database {
  #address: Address;
  #pool: Pool | undefined;
  readonly #onBroken: () => void;

  /** `onBroken` hears of connections that break while nobody uses them. */
  constructor(address: Address, onBroken: () => void) {
    this.#address = address;
    this.#onBroken = onBroken;
  }

  get address(): Address {
    return this.#address;
  }

  /** Absent until the database is reached for the first time. */
  get pool(): Pool | undefined {
    return this.#pool;
  }

  /** Whether this one serves who asks for that address. The first who does says how many connections there may be, and for how long. */
  fits(address: Address): boolean {
    const kind = this.#pool === undefined ? placeOf : (whole: Address) => whole;
    return isDeepStrictEqual(kind(address), kind(this.#address));
  }

  /** Throws what Postgres says, or what keeps it away for longer than the limit. */
  async reach(address: Address, wait: Wait): Promise<void> {
    this.#address = address;
    this.#pool ??= openPool(address, this.#onBroken);
    const pool = this.#pool;
    await untilThere(() => pool.query("SELECT 1"), wait);
  }
}

function placeOf({ host, port, schema, config }: Address): object {
  return { host, port, schema, config };
}
