/** The recorder's own version: "0" is no Langfuse major, and the build part says whose it is. */
export const recorderVersion = "0.1.0+goat-dev-recorder";

export const recorderService = "goat-dev trace recorder";
