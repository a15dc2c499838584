/** The failures of a program that runs through the tap; part of the catalogue. */
export const runCodes = {
  "cassette-missing": {
    exit: 2,
    means: "There is no such file of recorded calls.",
    mend: "`goat-dev run --record FILE -- COMMAND` makes it.",
  },
  "cassette-invalid": {
    exit: 2,
    means: "A line of the file is no recorded call, or the file is of a newer goat-dev.",
    mend: "Mend the line that the message names, or record again.",
  },
  "cassette-locked": {
    exit: 4,
    means: "Another run records into the same file.",
    mend: "Wait for it, or name another file.",
  },
  "cassette-secret": {
    exit: 2,
    means: "A call holds one of the project's secrets: it was made, and not recorded.",
    mend: "Take the secret out of what the program sends.",
  },
  "call-not-recorded": {
    exit: 6,
    means: "`replay` was asked for a call that is not in the file; what is nearest is said, and where it differs.",
    mend: "Mend the program, or ask the gateway for what is missing: `goat-dev replay --record-missing FILE -- COMMAND`.",
  },
  "ceiling-reached": {
    exit: 6,
    means: "A call would have gone over `--max-cost`, `--max-calls` or `--max-tokens`, and was refused.",
    mend: "Raise it, or see with `--show` what is spent where.",
  },
} as const;
