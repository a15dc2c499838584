export { nearest } from "../model/nearest.ts";

const secretWords = /(?:^|[-_.])(?:\w*key|token|secret|pass|passwd|password|pwd|salt|credentials?|auth)(?:$|[-_.])/i;

/** Names that sound secret but hold a path, a name or an id: the shell's PWD, SSH_AUTH_SOCK, KEY_FILE. */
const places = [/^(?:OLD)?PWD$/, /[-_]?(?:id|file|path|name|dir|sock)$/i];

const urlLogin = /([a-z][a-z0-9+.-]*:\/\/[^\s:/@]*:)[^\s@/]+@/gi;

const headerValue = /((?:authorization|x-api-key|api-key)\s*[:=]\s*(?:bearer |basic )?)\S+/gi;

/** `1 model`, `2 models`, `2 entries` with the plural given. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** `a`, `a and b`, `a, b and c`. */
export function list(items: readonly string[], word = "and"): string {
  return items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")} ${word} ${items.at(-1)}`;
}

/** Cuts at whole characters and says so with an ellipsis. */
export function cut(text: string, length: number): string {
  const characters = [...text];
  return characters.length <= length ? text : `${characters.slice(0, Math.max(0, length - 1)).join("")}…`;
}

/** True where a variable or a flag of this name usually holds something secret. */
export function looksSecret(name: string): boolean {
  return secretWords.test(name) && !/public/i.test(name) && !places.some((place) => place.test(name));
}

/** A text with the passwords in its URLs masked. */
export function maskLogin(text: string): string {
  return text.replace(urlLogin, "$1***@");
}

/** A command line with what looks like a key masked: values of flags and assignments, logins in URLs, headers. */
export function maskArguments(args: readonly string[]): readonly string[] {
  return args.map((argument, index) => {
    const flag = args[index - 1];
    const isValue = flag?.startsWith("-") === true && !flag.includes("=") && looksSecret(flag.replace(/^-+/, ""));
    if (isValue && !argument.startsWith("-")) return "***";
    const assignment = /^(-{0,2}[\w.-]+)=/.exec(argument);
    if (assignment?.[1] !== undefined && looksSecret(assignment[1].replace(/^-+/, ""))) return `${assignment[1]}=***`;
    return argument.replace(urlLogin, "$1***@").replace(headerValue, "$1***");
  });
}
