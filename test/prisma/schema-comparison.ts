import type pg from "pg";
import { columnOf, enums, type Field, type Model, models, plainFields, tableOf } from "./models.ts";

const sqlTypes: Readonly<Record<string, string>> = {
  ...{ String: "text", Int: "int4", BigInt: "int8", Float: "float8", Boolean: "bool" },
  ...{ DateTime: "timestamp", Json: "jsonb", Bytes: "bytea" },
};

/** What schema.prisma says that the database has, line by line. */
export const meantSchema = (): readonly string[] => [...models.flatMap(linesOf), ...enums.map(enumLine)].sort();

const linesOf = (model: Model): readonly string[] => {
  const table = tableOf(model);
  const columns = (names: readonly string[]): string => names.map((name) => columnOf(fieldOf(model, name))).join(",");
  return [
    ...plainFields(model).map((field) => `${table}.${columnOf(field)} ${typeOf(field)}`),
    ...keysOf(model).map((names) => `${table} unique ${columns(names)}`),
  ];
};

const fieldOf = (model: Model, name: string): Field => {
  const field = model.fields.find((found) => found.name === name);
  if (field === undefined) throw new Error(`${model.name} has no field ${name}`);
  return field;
};

const typeOf = ({ type, isList, isRequired }: Field): string => {
  const name = sqlTypes[type] ?? type;
  // Prisma lets a list's column be null or not, as its migrations made it.
  return isList ? `_${name}` : `${name}${isRequired ? " not null" : ""}`;
};

const keysOf = ({ fields, primaryKey, uniqueFields }: Model): readonly (readonly string[])[] => {
  const single = fields.filter(({ isId, isUnique }) => isId || isUnique).map(({ name }) => [name]);
  const all = [...single, ...(primaryKey === null ? [] : [primaryKey.fields]), ...uniqueFields];
  return [...new Map(all.map((names) => [names.join(), names])).values()];
};

const enumLine = ({ name, values }: (typeof enums)[number]): string =>
  `enum ${name} ${values.map((value) => value.name).join(",")}`;

const columns = `
SELECT c.relname || '.' || a.attname || ' ' || t.typname ||
    CASE WHEN t.typname LIKE '\\_%' OR NOT a.attnotnull THEN '' ELSE ' not null' END AS line
  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  JOIN pg_type t ON t.oid = a.atttypid
  WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname <> '_prisma_migrations'`;

const unique = `
SELECT DISTINCT c.relname || ' unique ' || (SELECT string_agg(a.attname, ',' ORDER BY k.n)
      FROM unnest(i.indkey) WITH ORDINALITY k(id, n) JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.id) AS line
  FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
  WHERE c.relnamespace = 'public'::regnamespace AND i.indisunique AND i.indpred IS NULL AND c.relname <> '_prisma_migrations'`;

const enumerations = `
SELECT 'enum ' || t.typname || ' ' || string_agg(e.enumlabel, ',' ORDER BY e.enumsortorder) AS line
  FROM pg_type t JOIN pg_enum e ON e.enumtypid = t.oid GROUP BY t.typname`;

/** What the database has, in the same words. */
export const foundSchema = async (db: pg.Client): Promise<readonly string[]> => {
  const { rows } = await db.query<{ line: string }>(`${columns} UNION ALL ${unique} UNION ALL ${enumerations}`);
  return rows.map(({ line }) => line).sort();
};

/** Everything that a database's own tables are, defaults, indexes and foreign keys too. */
export const wholeSchema = async (db: pg.Client): Promise<readonly string[]> => {
  const { rows } = await db.query<{ line: string }>(`
    SELECT table_name || '.' || column_name || ' ' || udt_name || ' ' || is_nullable || coalesce(' ' || column_default, '') AS line
      FROM information_schema.columns WHERE table_schema = 'public'
    UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace`);
  return rows.map(({ line }) => line).sort();
};
