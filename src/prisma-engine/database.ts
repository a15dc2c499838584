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

  /**
   * Whether this database can serve a client that asks for that address. The first client's address decides the size
   * and the time limits of the pool; later ones must be equal in them too.
   */
  fits(address: Address): boolean {
    const kind = this.#pool === undefined ? placeOf : (whole: Address) => whole;
    return isDeepStrictEqual(kind(address), kind(this.#address));
  }

  /** Connects. Throws Postgres's error, or the last failure to reach it once the wait's limit is over. */
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
