import { join } from "node:path";
import fc from "fast-check";
import type pg from "pg";
import { beforeAll, describe, expect, inject, test } from "vitest";
import { readMigrations } from "../../src/prisma-engine/migrations-folder.ts";
import { extras } from "./migrating.ts";
import { columnOf, type Field, keyOf, type Model, models, plainFields, tableOf } from "./models.ts";
import type { PythonClient, Step, Words } from "./python-client.ts";
import { suiteScene } from "./scene.ts";
import { type Value, valueFor } from "./values.ts";

const { missing } = inject("prisma");
const rowsOfEach = Number(process.env["GOAT_DEV_PRISMA_ROWS"] || 2);
const seed = Number(process.env["GOAT_DEV_PRISMA_SEED"] || Date.now() % 1_000_000);

type Row = ReadonlyMap<Field, Value>;

let count = 0;

/** By table, what is unique among some of its rows: only a migration can say it, not schema.prisma. */
const uniqueAmongSome = new Map(
  (missing === null ? readMigrations(join(extras(), "migrations")) : []).flatMap(({ sql }) =>
    [...sql.matchAll(/CREATE UNIQUE INDEX [^;]*?ON "(\w+)" *\(([^)]*)\) *WHERE/g)].map(
      ([, table = "", columns = ""]) => [table, columns.replaceAll(/[" ]/g, "").split(",")] as const,
    ),
  ),
);

/** A row with a value for each of the fields; what has to be unique is. */
const rowOf = (model: Model, fields: readonly Field[]): Row => {
  const single = fields.filter(({ isUnique }) => isUnique).map(({ name }) => name);
  const unique = new Set([
    ...keyOf(model),
    ...single,
    ...model.uniqueFields.flat(),
    ...(uniqueAmongSome.get(tableOf(model)) ?? []),
  ]);
  count += 1;
  return new Map(
    fields.map((field) => {
      const [value] = fc.sample(valueFor(field), { numRuns: 1, seed: seed + count * 1_000 + fields.indexOf(field) });
      if (value === undefined) throw new Error(`no value for ${field.name}`);
      return [field, unique.has(field.name) ? distinct(field, value) : value];
    }),
  );
};

const distinct = (field: Field, value: Value): Value => {
  if (field.type === "String") {
    const text = `${count}-${String(value.word)}`;
    return { word: text, told: text, sql: text };
  }
  return field.type === "Int" ? { word: count, told: count, sql: String(count) } : value;
};

const wordsOf = (row: Row) => Object.fromEntries([...row].map(([{ name }, { word }]) => [name, word]));

const whereKey = (model: Model, row: Row) => {
  const words = wordsOf(row);
  const key = keyOf(model).map((name) => [name, words[name] ?? null] as const);
  return key.length === 1 ? Object.fromEntries(key) : { [keyOf(model).join("_")]: Object.fromEntries(key) };
};

/** Null, explicitly: in a field that is JSON as SQL's null. */
const nulled = (fields: readonly Field[]): Row =>
  new Map(fields.map((field) => [field, { word: null, told: null, sql: null }]));

interface Scene {
  readonly db: pg.Client;
  readonly client: PythonClient;
}

/** The columns that are not what was meant, as Postgres itself compares them. */
const differences = async ({ db }: Scene, model: Model, row: Row): Promise<readonly string[]> => {
  const values: (string | null)[] = [];
  const given = (field: Field, value: Value): string => {
    values.push(value.sql);
    return `$${values.length}::text::${sqlType(field)}`;
  };
  const key = keyOf(model).map((name) => {
    const field = fieldOf(model, name);
    return `"${columnOf(field)}" = ${given(field, row.get(field) ?? missingValue(field))}`;
  });
  const columns = [...row].map(([field, value]) => {
    const column = `"${columnOf(field)}"`;
    return `(${column} IS NOT DISTINCT FROM ${given(field, value)})::text || ' ' || coalesce(${column}::text, 'NULL')`;
  });
  const sql = `SELECT ${columns.join(", ")} FROM "${tableOf(model)}" WHERE ${key.join(" AND ")}`;
  const { rows } = await db.query<string[]>({ text: sql, values, rowMode: "array" });
  if (rows.length !== 1) return [`${model.name}: ${rows.length} rows`];
  return [...row].flatMap(([field, value], at) => {
    const [verdict = "", ...stored] = rows[0]?.[at]?.split(" ") ?? [];
    return verdict === "true"
      ? []
      : [`${model.name}.${field.name}: meant ${JSON.stringify(value.sql)}, stored ${JSON.stringify(stored.join(" "))}`];
  });
};

const sqlTypes: Readonly<Record<string, string>> = {
  ...{ String: "text", Int: "int4", BigInt: "int8", Float: "float8", Boolean: "bool" },
  ...{ DateTime: "timestamp", Json: "jsonb", Bytes: "bytea" },
};

const sqlType = ({ type, isList }: Field): string => `${sqlTypes[type] ?? `"${type}"`}${isList ? "[]" : ""}`;

const fieldOf = (model: Model, name: string): Field =>
  plainFields(model).find((field) => field.name === name) ?? missingField(name);

const missingField = (name: string): never => {
  throw new Error(`no field ${name}`);
};

const missingValue = ({ name }: Field): never => missingField(name);

/** What the client reads is what was meant, too. */
const misread = (model: Model, row: Row, told: Readonly<Record<string, unknown>>): readonly string[] =>
  [...row].flatMap(([field, value]) => {
    const [read, meant] = [told[field.name], value.told];
    if (JSON.stringify(normal(field, read)) === JSON.stringify(normal(field, meant))) return [];
    return [`${model.name}.${field.name}: meant ${JSON.stringify(meant)}, read ${JSON.stringify(read)}`];
  });

/** One form for each value; what JavaScript rounds here SQL has compared. */
const normal = (field: Field, value: unknown): unknown => {
  if (value === null || value === undefined) return null;
  if (field.type !== "Json") return tagged(value, "$float") ?? value;
  const text = tagged(value, "$json");
  return sorted(typeof text === "string" ? JSON.parse(text) : value);
};

const tagged = (value: unknown, tag: string): unknown => {
  if (typeof value !== "object" || value === null || !(tag in value) || Object.keys(value).length !== 1)
    return undefined;
  const inner = Object.values(value)[0];
  return tag === "$float" ? Number(inner) : inner;
};

const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const number = tagged(value, "$float") ?? tagged(value, "$int");
  if (number !== undefined) return Number(number);
  const pairs = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return pairs.map(([key, inner]) => [key, sorted(inner)]);
};

/** What the database does not make itself. */
const needed = (fields: readonly Field[]): readonly Field[] =>
  fields.filter(
    ({ isRequired, hasDefaultValue, isUpdatedAt, isList, isId }) =>
      isId || (isRequired && !hasDefaultValue && !isUpdatedAt && !isList),
  );

type Told = Readonly<Record<string, unknown>>;

const accessorOf = ({ name }: Model): string => name.toLowerCase();

const call = (model: Model, method: string, given: Words): Step => ({
  call: `${accessorOf(model)}.${method}`,
  with: given,
});

describe.skipIf(missing !== null)(`every field of every model (seed ${seed})`, () => {
  const open = suiteScene();
  let scene: Scene;
  beforeAll(async () => {
    const options = await open.database();
    const db = await open.connected(options);
    // Each model by itself: what it refers to is made up.
    await db.query(`ALTER DATABASE ${options.database} SET session_replication_role = replica`);
    await db.query(`ALTER DATABASE ${options.database} SET synchronous_commit = off`);
    scene = { db, client: await open.client(options) };
  });

  const stored = async (model: Model, row: Row, told: Told | null): Promise<void> => {
    const read = told === null ? [] : misread(model, row, told);
    expect([...(await differences(scene, model, row)), ...read]).toEqual([]);
  };

  test.for(models)("must be made as it was meant: $name", async (model) => {
    const fields = plainFields(model);
    const optional = fields.filter(({ isRequired, type }) => !isRequired && type !== "Json");
    const rows = Array.from({ length: rowsOfEach }, () => rowOf(model, fields));
    const emptied = new Map([...rowOf(model, fields), ...nulled(optional)]);
    for (const row of [...rows, rowOf(model, needed(fields)), emptied]) {
      await stored(model, row, await scene.client.take(call(model, "create", { data: wordsOf(row) })));
    }
    const many = Array.from({ length: rowsOfEach }, () => rowOf(model, fields));
    await scene.client.take(call(model, "create_many", { data: many.map(wordsOf) }));
    for (const row of many) await stored(model, row, null);
    const sparse = rowOf(model, needed(fields));
    const told = await scene.client.take<Told>(call(model, "create", { data: wordsOf(sparse) }));
    const absent = fields.filter((field) => !field.isRequired && !field.hasDefaultValue && !field.isUpdatedAt);
    await stored(model, new Map([...sparse, ...nulled(absent)]), told);
  });

  test.for(models)("must be changed as it was meant: $name", async (model) => {
    const fields = plainFields(model);
    const key = new Set(keyOf(model));
    const changeable = fields.filter(({ name }) => !key.has(name));
    const first = rowOf(model, fields);
    const where = whereKey(model, first);
    const kept = new Map([...first].filter(([{ name }]) => key.has(name)));
    const other = (): Row => new Map([...kept, ...rowOf(model, changeable)]);
    const changes = (row: Row) => Object.fromEntries(Object.entries(wordsOf(row)).filter(([name]) => !key.has(name)));
    const upsert = (update: Row): Step =>
      call(model, "upsert", { where, data: { create: wordsOf(first), update: changes(update) } });

    await stored(model, first, await scene.client.take(upsert(other())));
    const [second, third, fourth, fifth] = [other(), other(), other(), other()];
    await stored(model, second, await scene.client.take(upsert(second)));
    await stored(model, third, await scene.client.take(call(model, "update", { where, data: changes(third) })));
    const anywhere = Object.fromEntries([...kept].map(([{ name }, { word }]) => [name, word]));
    const all = call(model, "update_many", { where: anywhere, data: changes(fourth) });
    expect(await scene.client.take(all)).toBe(1);
    await stored(model, fourth, null);
    const plain = new Map([...fifth].filter(([{ type, name }]) => type !== "Json" && !key.has(name)));
    const set = Object.fromEntries([...plain].map(([{ name }, { word }]) => [name, { set: word }]));
    if (plain.size > 0) await scene.client.take(call(model, "update", { where, data: set }));
    await stored(model, new Map([...fourth, ...plain]), null);
    const optional = changeable.filter(({ isRequired, type }) => !isRequired && type !== "Json");
    if (optional.length === 0) return;
    const emptied = nulled(optional);
    await stored(
      model,
      emptied.size === 0 ? kept : new Map([...kept, ...emptied]),
      await scene.client.take(call(model, "update", { where, data: changes(new Map([...kept, ...emptied])) })),
    );
  });

  test.for(models)("must be found by what it is: $name", async (model) => {
    const fields = plainFields(model);
    const row = rowOf(model, fields);
    await scene.client.take(call(model, "create", { data: wordsOf(row) }));
    const words = wordsOf(row);
    const key = Object.fromEntries(keyOf(model).map((name) => [name, words[name] ?? null]));
    const filters = [...row].flatMap(([{ name, type, isList }, { word }]) => [
      ...(type === "Json" || isList ? [] : [{ [name]: word }]),
      { [name]: { equals: word } },
    ]);
    const count = (...filter: Words[]) =>
      scene.client.call(`${accessorOf(model)}.count`, { where: { AND: [key, ...filter] } });
    expect(await count(...filters)).toBe(1);
    expect(await count({ OR: filters.map((filter) => ({ NOT: [filter] })) })).toBe(0);
    await stored(model, row, await scene.client.take(call(model, "find_unique", { where: whereKey(model, row) })));
    expect(await scene.client.take(call(model, "delete_many", { where: key }))).toBe(1);
  });
});
