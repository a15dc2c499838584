/** What YAML 1.1, which LiteLLM reads with, takes for something other than text. */
const reserved =
  /^(?:y|n|yes|no|on|off|true|false|null|~|nan|[-+]?\.(?:inf|nan)|[-+]?[\d_.,:]+(?:e[-+]?\d+)?|0[xo][\da-f_]+|\d{4}-\d\d?-\d\d?.*)$/i;

const plain = /^[A-Za-z0-9][\w./+@<>=-]*(?::[\w./+@<>=-]+)*$/;

/** Text as one YAML scalar, bare where every reader takes it for the same text. */
export function yamlText(value: string): string {
  return plain.test(value) && !reserved.test(value) ? value : JSON.stringify(value);
}
