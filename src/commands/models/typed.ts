import type { Input } from "../old-command.ts";

/** Each option as typed, in camel case, and whether it takes a value. */
export type Options = Readonly<Record<string, "text" | "flag">>;

const plain = /^[\w./:@<>=+-]+$/;

/** The command line after goat-dev as it was typed, without --yes: for what is to be typed again. */
export const typedCommand = (words: readonly string[], input: Input, options: Options): string => {
  const given = Object.entries(options).flatMap(([name, kind]) => {
    const long = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    const value = input.text(name);
    if (kind === "flag") return input.flag(name) ? [long] : [];
    return value === undefined ? [] : [long, plain.test(value) ? value : JSON.stringify(value)];
  });
  return [...words, ...given].join(" ");
};
