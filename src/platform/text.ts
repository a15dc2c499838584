/** Fewest single-character edits, neighbours swapped counted as one, between two words. */
export const editDistance = (left: string, right: string): number => {
  const rows: number[][] = [Array.from({ length: right.length + 1 }, (_, column) => column)];
  const at = (row: number, column: number): number => rows[row]?.[column] ?? 0;
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    rows.push(current);
    for (let column = 1; column <= right.length; column++) {
      const same = left[row - 1] === right[column - 1];
      const swapped =
        row > 1 && column > 1 && left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1];
      const best = Math.min(at(row - 1, column) + 1, at(row, column - 1) + 1, at(row - 1, column - 1) + (same ? 0 : 1));
      current.push(swapped ? Math.min(best, at(row - 2, column - 2) + 1) : best);
    }
  }
  return at(left.length, right.length);
};

/** The candidate a user most likely meant, or undefined when none is close. */
export const nearest = (word: string, candidates: readonly string[]): string | undefined => {
  const wanted = word.toLowerCase();
  const limit = Math.max(1, Math.floor(wanted.length / 3));
  let best: { readonly candidate: string; readonly distance: number } | undefined;
  for (const candidate of candidates) {
    const name = candidate.toLowerCase();
    const distance = wanted.length > 1 && name.startsWith(wanted) ? 0.5 : editDistance(wanted, name);
    if (distance <= limit && distance < (best?.distance ?? Number.POSITIVE_INFINITY)) best = { candidate, distance };
  }
  return best?.candidate;
};

/** `1 model`, `2 models`, `2 entries` with the plural given. */
export const plural = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;

/** `a`, `a and b`, `a, b and c`. */
export const list = (items: readonly string[], word = "and"): string =>
  items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")} ${word} ${items.at(-1)}`;

/** Cuts at whole characters and says so with an ellipsis. */
export const cut = (text: string, length: number): string => {
  const characters = [...text];
  return characters.length <= length ? text : `${characters.slice(0, Math.max(0, length - 1)).join("")}…`;
};

const secretWords = /(?:^|[-_.])(?:\w*key|token|secret|pass|passwd|password|pwd|salt|credentials?|auth)(?:$|[-_.])/i;

/** What sounds like a secret and is a place: the shell's PWD, SSH_AUTH_SOCK, KEY_FILE. */
const places = [/^(?:OLD)?PWD$/, /[-_]?(?:id|file|path|name|dir|sock)$/i];

/** True where a variable or a flag of this name usually holds something secret. */
export const looksSecret = (name: string): boolean =>
  secretWords.test(name) && !/public/i.test(name) && !places.some((place) => place.test(name));

const urlLogin = /([a-z][a-z0-9+.-]*:\/\/[^\s:/@]*:)[^\s@/]+@/gi;

/** A text with the passwords in its URLs masked. */
export const maskLogin = (text: string): string => text.replace(urlLogin, "$1***@");

const headerValue = /((?:authorization|x-api-key|api-key)\s*[:=]\s*(?:bearer |basic )?)\S+/gi;

/** A command line with what looks like a key masked: values of flags and assignments, logins in URLs, headers. */
export const maskArguments = (args: readonly string[]): readonly string[] =>
  args.map((argument, index) => {
    const flag = args[index - 1];
    const isValue = flag?.startsWith("-") === true && !flag.includes("=") && looksSecret(flag.replace(/^-+/, ""));
    if (isValue && !argument.startsWith("-")) return "***";
    const assignment = /^(-{0,2}[\w.-]+)=/.exec(argument);
    if (assignment?.[1] !== undefined && looksSecret(assignment[1].replace(/^-+/, ""))) return `${assignment[1]}=***`;
    return argument.replace(urlLogin, "$1***@").replace(headerValue, "$1***");
  });
