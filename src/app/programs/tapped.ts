import { resolve } from "node:path";
import { describe } from "../../errors/describe.ts";
import { type GatewayAccess, modelInfo } from "../../gateway/access.ts";
import { atomicWrite } from "../../platform/files.ts";
import { renderTable } from "../../platform/table.ts";
import { type Bill, createBillBook } from "../../tap/bill.ts";
import { billLine, billRows, callLine } from "../../tap/bill-text.ts";
import type { Stage } from "../../tap/call.ts";
import { noPrices, type PriceList, priceList, spentOn } from "../../tap/price.ts";
import { startTap } from "../../tap/proxy.ts";
import type { App } from "../app.ts";
import { type CassetteReport, type CassetteSession, cassetteText, cassetteVerdict } from "./cassette-session.ts";
import type { TapInput } from "./tap-input.ts";
import type { Verdict } from "./verdict.ts";

export interface TapReport {
  readonly bill: Bill;
  /** Null where nothing is recorded or replayed. */
  readonly cassette: CassetteReport | null;
  /** Null where only the program's own end counts. */
  readonly verdict: Verdict | null;
}

/** A tap that is open while a program runs. */
export interface Tapped {
  /** http://127.0.0.1:PORT, in the gateway's place. */
  readonly origin: string;
  /** Closes it, and says what there is to say; `isWell` where the program ended with 0. */
  end(isWell: boolean): Promise<TapReport>;
}

export interface TapBetween {
  /** Null where every call is answered from a file. */
  readonly gateway: GatewayAccess | null;
  readonly cassette: CassetteSession | null;
}

/** Throws the system's error where no port can be had. */
export async function openTap(input: TapInput, { gateway, cassette }: TapBetween, app: App): Promise<Tapped> {
  const prices = gateway === null ? unpriced : pricesOf(gateway, app);
  const book = createBillBook();
  const stages: Stage[] = [
    { ended: (ended) => void prices.asking.then((list) => book.add(ended, list)) },
    ...(input.show ? [showCalls(prices.known, app)] : []),
    ...(cassette?.stages ?? []),
  ];
  const origin = gateway === null ? null : new URL(gateway.baseUrl).origin;
  const tap = await startTap({ gateway: origin, stages, keepsAnswers: cassette !== null });
  const end = async (isWell: boolean): Promise<TapReport> => {
    await tap.close();
    await prices.asking;
    const report = reportOf(book.bill(), (await cassette?.end(isWell)) ?? null);
    await tell(report, input, app);
    return report;
  };
  return { origin: tap.origin, end };
}

function showCalls(prices: () => PriceList, { emit }: App): Stage {
  return {
    ended: (ended) => emit({ type: "notice", level: "bare", text: callLine(ended, spentOn(ended, prices())) }),
  };
}

const unpriced = { known: () => noPrices, asking: Promise.resolve(noPrices) };

const priceLimitMs = 5_000;

/** Asked for at once, while the program starts. */
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

function reportOf(bill: Bill, cassette: CassetteReport | null): TapReport {
  return { bill, cassette, verdict: cassette === null ? null : cassetteVerdict(cassette) };
}

async function tell({ bill, cassette, verdict }: TapReport, input: TapInput, app: App): Promise<void> {
  const say = (level: "bare" | "info" | "warning", text: string): void => app.emit({ type: "notice", level, text });
  const [head = [], ...rows] = billRows(bill);
  if (input.bill === "table" && rows.length > 0) say("bare", renderTable(head, rows));
  if (input.bill !== null) say("bare", billLine(bill));
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
