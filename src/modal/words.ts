import { stripVTControlCharacters } from "node:util";

/** Lines as a person reads them: without escapes, without the box that older versions draw around an error. */
export const plainLines = (text: string): readonly string[] =>
  stripVTControlCharacters(text)
    .split(/\r?\n|\r/)
    .map((line) => line.replace(/^[│|]\s?/, "").replace(/\s*│\s*$/, ""))
    .filter((line) => !/^[╭╰─╮╯\s]*(?:Error|Warning)?[╭╰─╮╯\s]*$/.test(line))
    .map((line) => line.trimEnd());

/** All of it as one line: a message that was wrapped at a terminal's width is whole again. */
export const oneLine = (text: string): string => plainLines(text).join(" ").replace(/\s+/g, " ").trim();
