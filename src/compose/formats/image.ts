/** What Docker's reference grammar wants of each part. */
const host = /^(?:\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+)(?::\d+)?$/;
const path = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*$/;
const suffix = /^(?::\w[\w.-]{0,127})?(?:@[A-Za-z][\w+.-]*:[0-9a-fA-F]{32,})?$/;

/** Why no engine would accept this image name; undefined where the name is valid. */
export function imageProblem(image: string): string | undefined {
  const { names, rest } = splitName(image);
  if (names.every((name) => path.test(name)) && suffix.test(rest)) return undefined;
  if (rest === ":") return `"${image}" has no tag behind its colon`;
  const lower = image.slice(0, image.length - rest.length).toLowerCase() + rest;
  return lower !== image && imageProblem(lower) === undefined
    ? `"${image}" has capital letters, which no image's name has: write ${lower}`
    : `"${image}" is no image's name: write one like postgres:16 or registry.example.com/team/app:1.2`;
}

/** `names` are the parts between slashes without the registry; `rest` is the tag or digest, from its `:` or `@` on. */
function splitName(image: string): { readonly names: readonly string[]; readonly rest: string } {
  const words = image.split("/");
  const [first = ""] = words;
  const names = words.length > 1 && isHost(first) ? words.slice(1) : words;
  const last = names.at(-1) ?? "";
  const end = last.search(/[:@]/);
  return end === -1
    ? { names, rest: "" }
    : { names: [...names.slice(0, -1), last.slice(0, end)], rest: last.slice(end) };
}

/**
 * As in Docker, the first part is a registry's address if it is `localhost` or has a dot, a port or a capital letter.
 */
function isHost(word: string): boolean {
  return host.test(word) && (/[.:A-Z]/.test(word) || word === "localhost");
}
