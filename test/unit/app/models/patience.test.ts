import { expect, test } from "vitest";
import { patienceFor, remarkLater } from "../../../../src/app/models/patience.ts";

const known = {
  key: "q",
  name: "q",
  app: "goat-vllm-q",
  huggingFaceId: "Q/q",
  coldStartMs: 150_000,
  startupMs: 1_800_000,
};

test("a model on Modal's GPUs must be given the time of a cold start, and what it takes be said", () => {
  const modal = "https://w-goat--goat-vllm-q-serve.modal.run/v1";
  expect(patienceFor("q", { apiBase: modal }, () => [known], null)).toEqual({
    limitMs: 1_800_000,
    remark: expect.stringContaining("about 2 min 30 s"),
  });
  expect(patienceFor("q", { apiBase: modal }, () => [], null)).toEqual({
    limitMs: 1_200_000,
    remark: expect.stringContaining("minutes"),
  });
});

test.each([[null], ["http://10.0.0.5:8000/v1"], ["https://modal.run.example.com/v1"]])(
  "a model at %s must be given no more than any other",
  (apiBase) => {
    expect(patienceFor("q", { apiBase }, () => [known], null)).toEqual({ limitMs: 30_000, remark: null });
  },
);

test("what a person asks for must hold for every model", () => {
  const modal = "https://w-goat--goat-vllm-q-serve.modal.run/v1";
  expect(patienceFor("q", { apiBase: modal }, () => [known], 5_000).limitMs).toBe(5_000);
  expect(patienceFor("q", undefined, () => [known], 5_000).limitMs).toBe(5_000);
});

const listener = () => {
  const said: unknown[] = [];
  let wake = (): void => undefined;
  const sleep = (_ms: number, signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      wake = resolve;
      signal.addEventListener("abort", () => reject(signal.reason));
    });
  const clock = { now: () => 0, date: () => new Date(0), sleep };
  const context = { clock, signal: new AbortController().signal, emit: (event: unknown) => said.push(event) };
  return { said, context: context as unknown as Parameters<typeof remarkLater>[1], wake: () => wake() };
};

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("the remark must come when the answer is late, and not once it is there", async () => {
  const late = listener();
  using _late = remarkLater({ limitMs: 1, remark: "starting" }, late.context);
  late.wake();
  await settled();
  expect(late.said).toEqual([{ type: "notice", level: "info", text: "starting" }]);

  const prompt = listener();
  remarkLater({ limitMs: 1, remark: "starting" }, prompt.context)[Symbol.dispose]();
  prompt.wake();
  await settled();
  expect(prompt.said).toEqual([]);
});
