import { messageOf } from "../errors/describe.ts";
import { GoatError } from "../errors/goat-error.ts";
import { isRecord } from "../model/fields.ts";

/** One model that vLLM serves on a GPU, as dev/vllm-models.json has it. */
export interface VllmModel {
  readonly key: string;
  /** Its `model_name` in the configs. */
  readonly name: string;
  /** The Modal app. */
  readonly app: string;
  readonly huggingFaceId: string;
  /** How long a cold start takes; null where it is not known. */
  readonly coldStartMs: number | null;
  /** The limit for a cold start; null where the catalogue has none. */
  readonly startupMs: number | null;
}

/** Reads the catalogue. Throws internal, because a broken one is a fault of goat-dev's own package. */
export function readCatalogue(text: string, file: string): readonly VllmModel[] {
  const models = parse(text, file);
  return models.map((model) => {
    const fields = isRecord(model) ? model : {};
    const { key, name, app, huggingFaceId } = fields;
    if (![key, name, app, huggingFaceId].every((field) => typeof field === "string" && field !== "")) {
      throw broken(file, "an entry lacks key, name, app or huggingFaceId");
    }
    return {
      key: String(key),
      name: String(name),
      app: String(app),
      huggingFaceId: String(huggingFaceId),
      coldStartMs: seconds(fields["coldStartSeconds"]),
      startupMs: seconds(fields["startupSeconds"]),
    };
  });
}

function parse(text: string, file: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(text);
    if (isRecord(value) && Array.isArray(value["models"])) return value["models"];
  } catch (error) {
    throw broken(file, messageOf(error));
  }
  throw broken(file, "it has no list of models");
}

function broken(file: string, why: string): GoatError {
  return new GoatError("internal", `${file} cannot be read`, { evidence: [why] });
}

function seconds(value: unknown): number | null {
  return typeof value === "number" && value > 0 ? value * 1_000 : null;
}

/** The URL at which Modal serves an app. `suffix` is that of the workspace's environment; it may be empty. */
export function modalUrl(app: string, workspace: string, suffix: string): string {
  return `https://${workspace}${suffix === "" ? "" : `-${suffix}`}--${app}-serve.modal.run/v1`;
}
