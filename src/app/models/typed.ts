/** Options by name in camel case, as they were given; undefined and false where they were not. */
export type GivenOptions = Readonly<Record<string, string | boolean | undefined>>;

const plain = /^[\w./:@<>=+-]+$/;

/** The command line after goat-dev that says the same, without --yes: for what is to be typed again. */
export function typedCommand(words: readonly string[], options: GivenOptions): string {
  const given = Object.entries(options).flatMap(([name, value]) => {
    const long = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    if (typeof value === "string") return [long, plain.test(value) ? value : JSON.stringify(value)];
    return value === true ? [long] : [];
  });
  return [...words, ...given].join(" ");
}
