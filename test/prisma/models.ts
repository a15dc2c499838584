import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

export interface Field {
  readonly name: string;
  readonly dbName?: string | null;
  readonly kind: "scalar" | "enum" | "object";
  readonly type: string;
  readonly isList: boolean;
  readonly isRequired: boolean;
  readonly isUnique: boolean;
  readonly isId: boolean;
  readonly hasDefaultValue: boolean;
  readonly isUpdatedAt: boolean;
}

export interface Model {
  readonly name: string;
  readonly dbName: string | null;
  readonly fields: readonly Field[];
  readonly primaryKey: { readonly fields: readonly string[] } | null;
  readonly uniqueFields: readonly (readonly string[])[];
}

interface Lock {
  readonly request: {
    readonly dmmf: {
      readonly datamodel: {
        readonly models: readonly Model[];
        readonly enums: readonly { readonly name: string; readonly values: readonly { readonly name: string }[] }[];
      };
    };
  };
}

const lock: Lock = JSON.parse(
  gunzipSync(readFileSync(join(import.meta.dirname, "..", "..", "python", "prisma-client.json.gz"))).toString("utf8"),
);

/** The models of LiteLLM's schema.prisma, as Prisma's own reader has them. */
export const { models, enums } = lock.request.dmmf.datamodel;

export const tableOf = ({ dbName, name }: Model): string => dbName ?? name;

export const columnOf = ({ dbName, name }: Field): string => dbName ?? name;

/** Those that are columns. */
export const plainFields = ({ fields }: Model): readonly Field[] => fields.filter(({ kind }) => kind !== "object");

export const keyOf = ({ primaryKey, fields }: Model): readonly string[] =>
  primaryKey?.fields ?? fields.filter(({ isId }) => isId).map(({ name }) => name);
