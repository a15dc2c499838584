// What only an engine of containers has.
import { dockerEngineRows } from "./docker-engine.mjs";
import { dockerImageRows } from "./docker-images.mjs";
import { dockerServiceRows } from "./docker-services.mjs";

export const dockerRows = [...dockerEngineRows, ...dockerImageRows, ...dockerServiceRows];
