import { isDeepStrictEqual } from "node:util";
import { type Fields, isRecord } from "../../model/fields.ts";
import { type ConfigText, readModelList } from "../edit/model-list.ts";
import { disabledModels } from "../edit/switch.ts";
import { fieldOf, offsetOf, parseSource } from "../edit/yaml-source.ts";
import { isThisMachine } from "../this-machine.ts";
import type { Finding } from "./finding.ts";

interface Entry {
  readonly data: Fields;
  /** Its server is this machine, which the cloud does not reach. */
  readonly isLocal: boolean;
  readonly place: string;
}

interface Side {
  readonly path: string;
  readonly tree: Fields;
  /** By name, also what is commented out. */
  readonly models: ReadonlyMap<string, readonly Entry[]>;
  placeOf(key: string): string;
}

/** Differences between the two configs that should not be there. Both configs must be valid. */
export function compareConfigs(local: ConfigText, cloud: ConfigText): readonly Finding[] {
  const [here, there] = [sideOf(local), sideOf(cloud)];
  return [
    ...lacking(notLocal(here), there),
    ...lacking(there, here),
    ...differing(here, there),
    ...settings(here, there),
  ];
}

function sideOf(file: ConfigText): Side {
  const source = parseSource(file.text, "1.1");
  const value = source.data();
  const tree = isRecord(value) ? value : {};
  const models = new Map<string, Entry[]>();
  for (const { name, ...entry } of tree["model_list"] === undefined ? [] : entriesOf(file)) {
    models.set(name, [...(models.get(name) ?? []), entry]);
  }
  const placeOf = (key: string): string => {
    const field = fieldOf(source.document.contents, key);
    return field === undefined ? file.path : `${file.path}:${source.placeAt(offsetOf(field.key))}`;
  };
  return { path: file.path, tree, models, placeOf };
}

function entriesOf(file: ConfigText): readonly (Entry & { readonly name: string })[] {
  const { items, source } = readModelList(file);
  const active = items.map(({ name, data, node }) => ({
    name,
    ...entryOf(data),
    place: `${file.path}:${source.placeAt(offsetOf(node))}`,
  }));
  const off = disabledModels(file).map(({ name, data, line }) => ({
    name,
    ...entryOf(data ?? {}),
    place: `${file.path}:${line}:1`,
  }));
  return [...active, ...off];
}

/**
 * Leaves `api_base` out of the comparison: one's own server may have another address for the cloud than for this
 * machine.
 */
function entryOf(entry: Fields): Pick<Entry, "data" | "isLocal"> {
  const params = isRecord(entry["litellm_params"]) ? entry["litellm_params"] : {};
  const { api_base: address, ...rest } = params;
  return { data: { ...entry, litellm_params: rest }, isLocal: typeof address === "string" && isThisMachine(address) };
}

function notLocal(side: Side): Side {
  return {
    ...side,
    models: new Map([...side.models].filter(([, entries]) => !entries.every(({ isLocal }) => isLocal))),
  };
}

function lacking(from: Side, other: Side): readonly Finding[] {
  return [...from.models]
    .filter(([name]) => !other.models.has(name))
    .map(([name, [first]]) => ({
      level: "warning",
      place: first?.place ?? from.path,
      text: `${name} is not in ${other.path}`,
    }));
}

function differing(here: Side, there: Side): readonly Finding[] {
  return [...here.models].flatMap(([name, entries]) => {
    const others = there.models.get(name);
    if (others === undefined || isDeepStrictEqual(dataOf(entries), dataOf(others))) return [];
    const place = others[0]?.place ?? there.path;
    return [{ level: "warning", place, text: `${name} is not as in ${here.path}` }] as const;
  });
}

function dataOf(entries: readonly Entry[]): readonly Fields[] {
  return entries.map(({ data }) => data);
}

function settings(here: Side, there: Side): readonly Finding[] {
  const names = [...new Set([...Object.keys(here.tree), ...Object.keys(there.tree)])];
  return names
    .filter((name) => name !== "model_list" && !isDeepStrictEqual(shared(here, name), shared(there, name)))
    .map((name) => ({
      level: "warning",
      place: there.tree[name] === undefined ? here.placeOf(name) : there.placeOf(name),
      text: `${name} is not the same in ${here.path} and ${there.path}`,
    }));
}

/** Settings of the database and how often it is used, which only this machine's gateway needs. */
const ofTheDatabase = new Set(["database_url", "proxy_batch_write_at", "user_api_key_cache_ttl"]);

function shared({ tree }: Side, name: string): unknown {
  const value = tree[name];
  if (name !== "general_settings" || !isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([key]) => !ofTheDatabase.has(key)));
}
