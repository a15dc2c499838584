import { randomInt } from "node:crypto";
import { resolve } from "node:path";
import { describe } from "../../errors/describe.ts";
import { type GatewayAccess, modelInfo } from "../../gateway/access.ts";
import { atomicWrite } from "../../platform/files.ts";
import { renderTable } from "../../platform/table.ts";
import { plural } from "../../platform/text.ts";
import { type Bill, createBillBook } from "../../tap/bill.ts";
import { billLine, billRows, callLine } from "../../tap/bill-text.ts";
import type { Stage } from "../../tap/call.ts";
import { type Ceiling, type CeilingReport, createCeiling } from "../../tap/ceiling.ts";
import { createFaults, type FaultReport, type Faults, faultText } from "../../tap/faults.ts";
import { noPrices, type PriceList, priceList, spentOn } from "../../tap/price.ts";
import { startTap } from "../../tap/proxy.ts";
import type { App } from "../app.ts";
import { type CassetteReport, type CassetteSession, cassetteText, cassetteVerdict } from "./cassette-session.ts";
import type { TapInput } from "./tap-input.ts";
import type { RunVerdict } from "./verdict.ts";

export interface TapReport {
  readonly bill: Bill;
  /** Null where nothing is recorded or replayed. */
  readonly cassette: CassetteReport | null;
  /** Null where there is no limit. */
  readonly ceiling: CeilingReport | null;
  /** Null where none was asked for. */
  readonly faults: FaultReport | null;
  /** Why the run counts as failed; null where the program's own exit status decides. */
  readonly verdict: RunVerdict | null;
}

/** A tap that is open while a program runs. */
export interface Tapped {
  /** http://127.0.0.1:PORT, in the gateway's place. */
  readonly origin: string;
  /** Closes the tap and emits what it found; `isWell` is true where the program ended with 0. */
  end(isWell: boolean): Promise<TapReport>;
}

export interface TapBetween {
  /** Null where every call is answered from a file. */
  readonly gateway: GatewayAccess | null;
  readonly cassette: CassetteSession | null;
}

interface Parts {
  readonly ceiling: Ceiling | null;
  readonly faults: Faults | null;
}

/** Throws the system's error where no port can be had. */
export async function openTap(input: TapInput, { gateway, cassette }: TapBetween, app: App): Promise<Tapped> {
  const prices = gateway === null ? unpriced : pricesOf(gateway, app);
  const book = createBillBook();
  const parts = partsOf(input, prices.asking, app);
  // Asked in this order: faults before any answer, and the ceiling last, as calls answered from a file cost nothing.
  const stages: Stage[] = [
    { ended: (ended) => void prices.asking.then((list) => book.add(ended, list)) },
    ...(input.show ? [showCalls(prices.known, app)] : []),
    ...(parts.faults === null ? [] : [parts.faults]),
    ...(cassette?.stages ?? []),
    ...(parts.ceiling === null ? [] : [parts.ceiling]),
  ];
  const origin = gateway === null ? null : new URL(gateway.baseUrl).origin;
  const tap = await startTap({ gateway: origin, stages, keepsAnswers: cassette !== null });
  const end = async (isWell: boolean): Promise<TapReport> => {
    await tap.close();
    await prices.asking;
    const report = reportOf(book.bill(), (await cassette?.end(isWell)) ?? null, parts);
    await tell(report, input, app);
    return report;
  };
  return { origin: tap.origin, end };
}

function partsOf(input: TapInput, prices: Promise<PriceList>, { emit }: App): Parts {
  const { maxCostUsd, maxCalls, maxTokens, faults, seed } = input;
  const isLimited = maxCostUsd !== null || maxCalls !== null || maxTokens !== null;
  const warn = (model: string): void => {
    const text = `no price is known for ${model}: --max-cost does not count its calls; its model_info in the LiteLLM config can say input_cost_per_token and output_cost_per_token`;
    emit({ type: "notice", level: "warning", text });
  };
  return {
    ceiling: isLimited ? createCeiling({ maxCostUsd, maxCalls, maxTokens }, prices, warn) : null,
    faults: faults.length === 0 ? null : createFaults(faults, seed ?? randomInt(1_000_000)),
  };
}

function showCalls(prices: () => PriceList, { emit }: App): Stage {
  return {
    ended: (ended) => emit({ type: "notice", level: "bare", text: callLine(ended, spentOn(ended, prices())) }),
  };
}

const unpriced = { known: () => noPrices, asking: Promise.resolve(noPrices) };

const priceLimitMs = 5_000;

/** The price list, which is requested at once, while the program starts. */
function pricesOf(access: GatewayAccess, { signal }: App) {
  let list: PriceList | null = null;
  const asking = modelInfo(access, AbortSignal.any([signal, AbortSignal.timeout(priceLimitMs)])).then(
    (infos) => {
      list = priceList(infos);
      return list;
    },
    () => noPrices,
  );
  return { known: () => list ?? noPrices, asking };
}

function reportOf(bill: Bill, cassette: CassetteReport | null, parts: Parts): TapReport {
  const [ceiling, faults] = [parts.ceiling?.report() ?? null, parts.faults?.report() ?? null];
  const missed = cassette === null ? null : cassetteVerdict(cassette);
  return { bill, cassette, ceiling, faults, verdict: missed ?? ceilingVerdict(ceiling) };
}

function ceilingVerdict(ceiling: CeilingReport | null): RunVerdict | null {
  if (ceiling === null || ceiling.reason === null) return null;
  return { code: "ceiling-reached", message: `${plural(ceiling.refused, "call")} refused: ${ceiling.reason}` };
}

async function tell(report: TapReport, input: TapInput, app: App): Promise<void> {
  const { bill, cassette, faults, verdict } = report;
  const say = (level: "bare" | "info" | "warning", text: string): void => app.emit({ type: "notice", level, text });
  const [head = [], ...rows] = billRows(bill);
  if (input.bill === "table" && rows.length > 0) say("bare", renderTable(head, rows));
  if (input.bill !== null) say("bare", billLine(bill));
  if (faults !== null) say("bare", faultText(faults));
  const kept = cassette === null ? null : cassetteText(cassette);
  if (kept !== null) say("info", kept);
  if (verdict !== null) say("warning", verdict.message);
  if (input.billFile === null) return;
  try {
    const text = `${JSON.stringify({ version: 1, ...bill }, null, 2)}\n`;
    await atomicWrite(resolve(app.cwd, input.billFile), text, 0o644);
  } catch (error) {
    say("warning", describe(error).message);
  }
}
