import { isMap, isScalar, isSeq, type Node } from "yaml";
import { GoatError } from "../../errors/goat-error.ts";
import { hostName } from "../this-machine.ts";
import { insertLines } from "./lines.ts";
import type { ConfigText } from "./model-list.ts";
import { intoList } from "./variables.ts";
import { fieldOf, fieldsOf, itemsOf, parseSource, scalarText, type YamlSource } from "./yaml-source.ts";

const entry = JSON.stringify(`${hostName}:host-gateway`);

/**
 * The Compose file's text with host.docker.internal in the service's `extra_hosts`: Docker on Linux does not define
 * that name by itself. Throws compose-invalid.
 */
export function nameThisMachine(file: ConfigText, service: string): string {
  const source = parseSource(file.text, "1.2");
  if (isNamed(source, service)) return file.text;
  const text = inserted(source, service);
  if (text !== null && isNamed(parseSource(text, "1.2"), service)) return text;
  throw new GoatError("compose-invalid", `${file.path} cannot be edited to name this machine; nothing was written`, {
    fixes: [{ command: `$EDITOR ${file.path}`, effect: `adds ${entry} under ${service}: extra_hosts: by hand` }],
  });
}

function isNamed(source: YamlSource, service: string): boolean {
  const hosts = fieldOf(serviceOf(source, service), "extra_hosts")?.value;
  const names = [...fieldsOf(hosts).map(({ name }) => name), ...itemsOf(hosts).map((item) => scalarText(item) ?? "")];
  return source.document.errors.length === 0 && names.some((name) => name.split(/[:=]/, 1)[0] === hostName);
}

function serviceOf({ document }: YamlSource, service: string): Node | null | undefined {
  return fieldOf(fieldOf(document.contents, "services")?.value, service)?.value;
}

function inserted(source: YamlSource, service: string): string | null {
  const node: unknown = serviceOf(source, service);
  if (!isMap(node) || node.flow === true) return null;
  const hosts = fieldOf(node, "extra_hosts");
  if (hosts !== undefined) return isSeq(hosts.value) ? intoList(source, hosts.value, entry) : null;
  const { text, lines } = source;
  const before = node.items.find(({ key }) => isScalar(key) && key.value === "environment") ?? node.items[0];
  const at = (before?.key as Node | undefined)?.range?.[0];
  if (at === undefined) return null;
  const margin = text.slice(lines.startOf(at), at);
  return insertLines(text, lines.startOf(at), [`${margin}extra_hosts: [${entry}]`]);
}
