export { formatAge, formatBytes, formatDuration, formatMoney } from "../src/platform/format.ts";

const today = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hour12: false,
});
const earlier = new Intl.DateTimeFormat(undefined, {
  month: "short",
  day: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  hour12: false,
});

/** The time of today; before it, the day too. */
export function timeText(at: string): string {
  const date = new Date(at);
  return (date.toDateString() === new Date().toDateString() ? today : earlier).format(date);
}

const numbers = new Intl.NumberFormat("en");

export function countText(count: number): string {
  return numbers.format(count);
}

export function prettyJson(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
