import { createMemoryStore } from "../../support/memory-trace-store.ts";
import { traceStoreContract } from "../../support/trace-store-contract.ts";

traceStoreContract("a store in memory", async () => createMemoryStore());
