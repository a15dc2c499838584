import type { RunReport } from "../../src/json.ts";

/** A program of Node's that makes chat calls at OPENAI_BASE_URL, and keeps in the folder's heard.jsonl what each was answered with. */
export const caller = (folder: string, ...bodies: readonly object[]): readonly string[] => [
  process.execPath,
  "-e",
  `(async () => {
    for (const body of ${JSON.stringify(bodies)}) {
      const answer = await fetch(process.env.OPENAI_BASE_URL + "/chat/completions", {
        method: "POST",
        headers: { "content-type": "application/json", authorization: "Bearer " + process.env.OPENAI_API_KEY },
        body: JSON.stringify(body),
      });
      const text = await answer.text();
      require("fs").appendFileSync(${JSON.stringify(`${folder}/heard.jsonl`)}, JSON.stringify({ status: answer.status, text }) + "\\n");
    }
  })()`,
];

/** The report of a run with --json. */
export const reportOf = (run: { json(): unknown }): RunReport => run.json() as RunReport;

export const question = (content: string, more: object = {}) => ({
  model: "llama-3.3-70b",
  messages: [{ role: "user", content }],
  metadata: { trace_id: "t" },
  ...more,
});
