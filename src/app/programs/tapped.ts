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

/** What is to happen to a program's calls on their way to the gateway. */
export interface TapInput {
  /** At the end, on stderr. */
  readonly bill: "line" | "table" | null;
  /** Where the bill goes as JSON. */
  readonly billFile: string | null;
  /** Each call, as it ends. */
  readonly show: boolean;
}

export interface TapReport {
  readonly bill: Bill;
}

/** A tap that is open while a program runs. */
export interface Tapped {
  /** http://127.0.0.1:PORT, in the gateway's place. */
  readonly origin: string;
  /** Closes it, and says what there is to say. */
  end(): Promise<TapReport>;
}

export function isAskedFor(input: TapInput): boolean {
  return input.bill !== null || input.billFile !== null || input.show;
}

/** Throws the system's error where no port can be had. */
export async function openTap(input: TapInput, access: GatewayAccess, app: App): Promise<Tapped> {
  const prices = pricesOf(access, app);
  const book = createBillBook();
  const stages: Stage[] = [
    { ended: (ended) => void prices.asking.then((list) => book.add(ended, list)) },
    ...(input.show ? [showCalls(prices.known, app)] : []),
  ];
  const tap = await startTap({ gateway: new URL(access.baseUrl).origin, stages, keepsAnswers: false });
  const end = async (): Promise<TapReport> => {
    await tap.close();
    await prices.asking;
    const bill = book.bill();
    await tellBill(bill, input, app);
    return { bill };
  };
  return { origin: tap.origin, end };
}

function showCalls(prices: () => PriceList, { emit }: App): Stage {
  return {
    ended: (ended) => emit({ type: "notice", level: "bare", text: callLine(ended, spentOn(ended, prices())) }),
  };
}

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

async function tellBill(bill: Bill, { bill: how, billFile }: TapInput, app: App): Promise<void> {
  const tell = (text: string): void => app.emit({ type: "notice", level: "bare", text });
  const [head = [], ...rows] = billRows(bill);
  if (how === "table" && rows.length > 0) tell(renderTable(head, rows));
  if (how !== null) tell(billLine(bill));
  if (billFile === null) return;
  try {
    await atomicWrite(resolve(app.cwd, billFile), `${JSON.stringify({ version: 1, ...bill }, null, 2)}\n`, 0o644);
  } catch (error) {
    app.emit({ type: "notice", level: "warning", text: describe(error).message });
  }
}
