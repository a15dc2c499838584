/** What the translation has to know of one field of a model. */
interface Field {
  readonly isJson: boolean;
  readonly isList: boolean;
  /** The model on a relation's other end; null for a plain field. */
  readonly relation: string | null;
}

export type Models = ReadonlyMap<string, ReadonlyMap<string, Field>>;

const block = /^model\s+(\w+)\s*\{([\s\S]*?)^\}/gm;
const line = /^[ \t]*(\w+)[ \t]+(\w+)(\[\])?/gm;

/** The models of a schema.prisma, by name. */
export function readModels(schema: string): Models {
  const found = [...schema.matchAll(block)].map(([, name = "", body = ""]) => ({ name, body }));
  const names = new Set(found.map(({ name }) => name));
  return new Map(found.map(({ name, body }) => [name, fieldsOf(body, names)]));
}

function fieldsOf(body: string, models: ReadonlySet<string>): ReadonlyMap<string, Field> {
  return new Map(
    [...body.matchAll(line)].map(([, name = "", type = "", list]) => [
      name,
      { isJson: type === "Json", isList: list !== undefined, relation: models.has(type) ? type : null },
    ]),
  );
}
