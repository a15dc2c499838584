import type { IncomingMessage } from "node:http";
import { recorderService, recorderVersion } from "./identity.ts";
import type { Project } from "./views.ts";

export interface LogInForm {
  readonly email: string;
  readonly password: string;
  /** The path to go to after the log-in. */
  readonly next: string;
}

export interface LogInView {
  readonly project: Project;
  /** False where the Compose file names no user. */
  readonly isOpen: boolean;
  readonly next: string;
  /** Why the last try failed; null where there was none. */
  readonly why: string | null;
}

const formLimitBytes = 8_192;

/** What a browser's form sends, cut off at 8 KB; a field that is missing is empty. */
export async function readForm(request: IncomingMessage): Promise<LogInForm> {
  let text = "";
  for await (const piece of request.setEncoding("utf8")) if (text.length < formLimitBytes) text += piece;
  const form = new URLSearchParams(text.slice(0, formLimitBytes));
  return { email: form.get("email") ?? "", password: form.get("password") ?? "", next: form.get("next") ?? "/" };
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? "");
}

/** The HTML page that asks for Langfuse's user and password, and says that this is not Langfuse. */
export function logInPage({ project, isOpen, next, why }: LogInView): string {
  const form = `<form method="post" action="/log-in">
<input type="hidden" name="next" value="${escapeHtml(next)}">
<label>Email <input type="email" name="email" autocomplete="username" required autofocus></label>
<label>Password <input type="password" name="password" autocomplete="current-password" required></label>
<button type="submit">Log in</button>
</form>
<p class="dim">The Compose file has both: LANGFUSE_INIT_USER_EMAIL and LANGFUSE_INIT_USER_PASSWORD.</p>`;
  const closed = `<p>The Compose file names no user (LANGFUSE_INIT_USER_EMAIL, LANGFUSE_INIT_USER_PASSWORD), so nobody can log
in. In the terminal: <code>goat-dev traces</code></p>`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>Traces of ${escapeHtml(project.name)}</title>
<link rel="stylesheet" href="/log-in.css"></head>
<body><main><h1>Traces of ${escapeHtml(project.name)}</h1>
${why === null ? "" : `<p role="alert">${escapeHtml(why)}</p>`}
${isOpen ? form : closed}
<p class="dim">This is the ${recorderService} ${recorderVersion}. It speaks a part of Langfuse's public API; it is not Langfuse.</p>
</main></body></html>
`;
}
