import type { ChatAnswer, ChatRequest, GatewayClient, ToolCall } from "../../client/client.ts";

export interface AgentEnd {
  /** Null where the turns were used up before there was an answer. */
  readonly text: string | null;
  /** One for each turn. */
  readonly answers: readonly ChatAnswer[];
}

interface AgentRequest {
  readonly gateway: GatewayClient;
  readonly model: string;
  readonly prompt: string;
  readonly withTools: boolean;
  readonly stream: boolean;
  readonly maxTurns: number;
  readonly signal: AbortSignal;
  now(): Date;
  onText(text: string): void;
  onTool(call: ToolCall, result: string): void;
}

type Messages = ChatRequest["messages"];

/** The one tool of the example, in the form that chat completions take. */
const timeTool = {
  type: "function" as const,
  function: {
    name: "current_time",
    description: "The current date and time. Use it whenever the answer depends on now.",
    parameters: {
      type: "object",
      properties: { timezone: { type: "string", description: "IANA name such as Europe/Berlin; UTC where left out" } },
      additionalProperties: false,
    },
  },
};

/** Asks, runs the tools that the model asks for, and asks again, until there is an answer. Throws GatewayError, or the signal's reason. */
export async function runAgent(request: AgentRequest): Promise<AgentEnd> {
  const { model, prompt, withTools, maxTurns } = request;
  let messages: Messages = [{ role: "user", content: prompt }];
  const answers: ChatAnswer[] = [];
  while (answers.length < maxTurns) {
    const answer = await ask({ model, messages, ...(withTools ? { tools: [timeTool] } : {}) }, request);
    answers.push(answer);
    if (answer.toolCalls.length === 0) return { text: answer.text, answers };
    messages = [...messages, asMessage(answer), ...resultsOf(answer.toolCalls, request)];
  }
  return { text: null, answers };
}

async function ask(question: ChatRequest, request: AgentRequest): Promise<ChatAnswer> {
  const { gateway, signal, onText } = request;
  if (!request.stream) return gateway.chat(question, { signal });
  for await (const event of gateway.stream(question, { signal })) {
    if (event.type === "answer") return event.answer;
    onText(event.text);
  }
  throw new Error("a stream ended without its answer");
}

function asMessage({ text, toolCalls }: ChatAnswer): Messages[number] {
  return {
    role: "assistant",
    content: text === "" ? null : text,
    tool_calls: toolCalls.map(({ id, name, arguments: written }) => ({
      id,
      type: "function",
      function: { name, arguments: written },
    })),
  };
}

function resultsOf(calls: readonly ToolCall[], { now, onTool }: AgentRequest): Messages {
  return calls.map((call) => {
    const content = callTool(call, now());
    onTool(call, content);
    return { role: "tool", tool_call_id: call.id, content };
  });
}

/** The tool's result for the model. A call that makes no sense gets an error text, so that the model can correct it. */
export function callTool({ name, arguments: written }: ToolCall, now: Date): string {
  if (name !== timeTool.function.name) return `error: there is no tool ${name}`;
  try {
    return timeIn(timezoneOf(written), now);
  } catch (error) {
    return `error: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function timeIn(timeZone: string, now: Date): string {
  const format = new Intl.DateTimeFormat("en-GB", { dateStyle: "full", timeStyle: "long", timeZone });
  return `${format.format(now)} (${timeZone})`;
}

function timezoneOf(written: string): string {
  const value: unknown = written.trim() === "" ? {} : JSON.parse(written);
  const timezone = typeof value === "object" && value !== null && "timezone" in value ? value.timezone : "UTC";
  return typeof timezone === "string" && timezone !== "" ? timezone : "UTC";
}
