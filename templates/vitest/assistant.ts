import OpenAI from "openai";

/** The program under test. It needs OPENAI_BASE_URL, OPENAI_API_KEY and EVAL_MODEL. */
const model = process.env["EVAL_MODEL"] ?? "gpt-4o-mini";

export async function summary(text: string, asked = model): Promise<string> {
  const completion = await new OpenAI().chat.completions.create({
    model: asked,
    messages: [
      { role: "system", content: "Answer with one short sentence." },
      { role: "user", content: `Summarize: ${text}` },
    ],
  });
  return completion.choices[0]?.message.content ?? "";
}

/** The answer piece by piece, as it comes. */
export async function* words(question: string): AsyncGenerator<string> {
  const messages = [{ role: "user" as const, content: question }];
  const stream = await new OpenAI().chat.completions.create({ model, messages, stream: true });
  for await (const chunk of stream) {
    const piece = chunk.choices[0]?.delta.content;
    if (piece) yield piece;
  }
}
