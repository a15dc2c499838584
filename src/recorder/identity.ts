/**
 * The recorder's own version. Major version 0 keeps it apart from Langfuse's versions, and the part after `+` names the
 * program.
 */
export const recorderVersion = "0.1.0+goat-dev-recorder";

export const recorderService = "goat-dev trace recorder";
