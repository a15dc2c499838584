import { useState } from "preact/hooks";
import type { Message, Part } from "../src/langfuse/conversation.ts";
import { countText, prettyJson } from "./format.ts";

/** So much of a text is drawn before somebody asks for all of it: a trace may have megabytes. */
const shortLength = 3_000;
const shortLines = 40;

/** Messages as a conversation. Whatever was said stays text: nothing of it is ever read as HTML, and no link can be followed. */
export function Conversation({ messages, label }: { readonly messages: readonly Message[]; readonly label: string }) {
  return (
    <section class="conversation" aria-label={label}>
      {messages.map((message, index) => (
        <article key={index} class={`message ${nameOf(message.role)}`}>
          <h4>{message.role}</h4>
          <div class="parts">
            {message.parts.length === 0 ? <p class="dim">(nothing)</p> : null}
            {message.parts.map((part, at) => (
              <PartView key={at} part={part} />
            ))}
          </div>
        </article>
      ))}
    </section>
  );
}

/** A role is foreign text, too: only those that are known get a look of their own. */
function nameOf(role: string): string {
  return ["system", "developer", "user", "assistant", "tool"].includes(role) ? role : "other";
}

function PartView({ part }: { readonly part: Part }) {
  switch (part.kind) {
    case "text":
      return <Said text={part.text} />;
    case "thinking":
      return (
        <details class="thinking">
          <summary>thinks</summary>
          <Said text={part.text} />
        </details>
      );
    case "image":
      return <Picture url={part.url} />;
    case "tool-call":
      return (
        <div class="tool">
          <div class="tool-name">
            <span aria-hidden="true">→</span> {part.name}
          </div>
          <Code text={prettyJson(part.arguments)} />
        </div>
      );
    case "tool-result":
      return (
        <div class="tool">
          <div class="tool-name">
            <span aria-hidden="true">←</span> result
          </div>
          <Code text={prettyJson(part.text)} />
        </div>
      );
    case "data":
      return <Code text={part.json} />;
  }
}

/** Only pictures that came along are shown: asking another server for one would tell it who reads what. */
function Picture({ url }: { readonly url: string }) {
  const isHere = /^data:image\/(?:png|jpeg|gif|webp|avif);base64,/.test(url);
  return isHere ? (
    <img class="picture" src={url} alt="sent with the message" />
  ) : (
    <p class="elsewhere">
      <span class="dim">image elsewhere, not loaded:</span> {url.slice(0, 400)}
    </p>
  );
}

function Said({ text }: { readonly text: string }) {
  const { shown, toggle } = useShort(text);
  return (
    <>
      {fences(shown).map(({ isCode, body }, index) =>
        isCode ? (
          <pre key={index} class="code">
            <code>{body}</code>
          </pre>
        ) : (
          <p key={index} class="text">
            {body}
          </p>
        ),
      )}
      {toggle}
    </>
  );
}

export function Code({ text }: { readonly text: string }) {
  const { shown, toggle } = useShort(text);
  return (
    <>
      <pre class="code">
        <code>{shown}</code>
      </pre>
      {toggle}
    </>
  );
}

function useShort(text: string) {
  const [isOpen, setOpen] = useState(false);
  const cut = cutAt(text);
  if (cut >= text.length) return { shown: text, toggle: null };
  const toggle = (
    <button type="button" class="quiet" onClick={() => setOpen(!isOpen)}>
      {isOpen ? "Show less" : `Show all ${countText(text.length)} characters`}
    </button>
  );
  return { shown: isOpen ? text : `${text.slice(0, cut)}…`, toggle };
}

function cutAt(text: string): number {
  const beginning = text.slice(0, shortLength);
  let at = -1;
  for (let line = 0; line < shortLines; line += 1) {
    at = beginning.indexOf("\n", at + 1);
    if (at < 0) return text.length <= shortLength ? text.length : shortLength;
  }
  return at;
}

/** Code between ``` is set as code; nothing else of Markdown is read. */
function fences(text: string): readonly { readonly isCode: boolean; readonly body: string }[] {
  return text
    .split(/^```[^\n]*\n?/m)
    .map((body, index) => ({ isCode: index % 2 === 1, body: body.replace(/\n$/, "") }))
    .filter(({ body }) => body.trim() !== "");
}
