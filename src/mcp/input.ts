import { GoatError } from "../errors/goat-error.ts";
import { type Fields, isRecord } from "../model/fields.ts";

/** The JSON Schema of one argument of a tool. */
type Property = { readonly description: string; readonly default?: unknown } & (
  | { readonly type: "string"; readonly enum?: readonly string[] }
  | { readonly type: "boolean" }
  | { readonly type: "integer"; readonly minimum: number; readonly maximum: number }
  | { readonly type: "array"; readonly items: { readonly type: "string" } }
);

export type Properties = Readonly<Record<string, Property>>;

/** The arguments that a client has sent, checked against the tool's properties. */
export interface Given {
  text(name: string): string | undefined;
  texts(name: string): readonly string[];
  flag(name: string): boolean;
  count(name: string, otherwise: number): number;
}

/** Throws usage for an argument of the wrong type, and for one that the tool does not have. */
export function readInput(value: unknown, properties: Properties): Given {
  const fields = value === undefined ? {} : value;
  if (!isRecord(fields)) throw new GoatError("usage", "a tool's arguments are an object");
  for (const [name, given] of Object.entries(fields)) {
    const property = properties[name];
    if (property === undefined) throw new GoatError("usage", `there is no argument ${name}`);
    if (!fits(given, property)) throw new GoatError("usage", `${name} is not ${kindOf(property)}`);
  }
  return givenIn(fields);
}

function givenIn(fields: Fields): Given {
  return {
    text: (name) => (typeof fields[name] === "string" ? fields[name] : undefined),
    texts: (name) => (Array.isArray(fields[name]) ? fields[name].map(String) : []),
    flag: (name) => fields[name] === true,
    count: (name, otherwise) => (typeof fields[name] === "number" ? fields[name] : otherwise),
  };
}

function fits(value: unknown, property: Property): boolean {
  switch (property.type) {
    case "string":
      return typeof value === "string" && (property.enum === undefined || property.enum.includes(value));
    case "boolean":
      return typeof value === "boolean";
    case "integer":
      return Number.isInteger(value) && Number(value) >= property.minimum && Number(value) <= property.maximum;
    case "array":
      return Array.isArray(value) && value.every((item) => typeof item === "string");
  }
}

function kindOf(property: Property): string {
  if (property.type === "integer") return `a whole number from ${property.minimum} to ${property.maximum}`;
  if (property.type === "array") return "a list of texts";
  return property.type === "string" && property.enum !== undefined
    ? `one of ${property.enum.join(", ")}`
    : `a ${property.type}`;
}
