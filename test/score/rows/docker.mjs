// What only an engine of containers has.
import { dockerEngineRows } from "./docker-engine.mjs";
import { dockerImageRows } from "./docker-images.mjs";
import { dockerPlaceRows } from "./docker-places.mjs";
import { dockerServiceRows } from "./docker-services.mjs";

export const dockerRows = [...dockerEngineRows, ...dockerPlaceRows, ...dockerImageRows, ...dockerServiceRows];
