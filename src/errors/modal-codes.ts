/** The failures of the Modal commands; part of the catalogue. */
export const modalCodes = {
  "modal-token-missing": {
    exit: 2,
    means: "There is no account's token on this machine.",
    mend: "`modal token new`, or `MODAL_TOKEN_ID` with `MODAL_TOKEN_SECRET`.",
  },
  "modal-environment-missing": {
    exit: 2,
    means: "The environment does not exist; those that do are listed.",
    mend: "`modal environment create goat`.",
  },
  "modal-secret-missing": {
    exit: 2,
    means: "A secret that the deployment needs does not exist.",
    mend: "`goat-dev modal secrets sync`.",
  },
  "modal-secret-incomplete": {
    exit: 2,
    means: "A secret would lack a key that is needed, or hold the template's public one. Nothing was written.",
    mend: "Set the variable that is named in `.env`.",
  },
  "modal-target-unknown": {
    exit: 2,
    means: "Neither `services` nor a model of `dev/vllm-models.json`.",
    mend: "Take the nearest name from the message.",
  },
  "modal-missing": {
    exit: 3,
    means: "The Modal CLI is neither `modal` on PATH nor `python3 -m modal`, or not where `GOAT_DEV_MODAL` says.",
    mend: "`pip install modal`.",
  },
  "modal-unreachable": {
    exit: 3,
    means: "Modal's servers do not answer.",
    mend: "Look at the network and at Modal's status page, then again.",
  },
  "modal-not-deployed": {
    exit: 5,
    means: "No app of that name is deployed in this environment.",
    mend: "`goat-dev modal deploy`.",
  },
  "modal-not-ready": {
    exit: 5,
    means: "It is deployed, but did not answer within the limit; what was last heard is said.",
    mend: "`goat-dev modal logs`, or a longer `--timeout`.",
  },
  "modal-token-refused": {
    exit: 6,
    means: "The token is expired, revoked or mistyped. The two variables win over `~/.modal.toml`.",
    mend: "`modal token new`.",
  },
  "modal-refused": {
    exit: 6,
    means: "The CLI failed with words that are not known; they are shown.",
    mend: "Do what they ask for, then the same command again.",
  },
  "modal-deploy-failed": {
    exit: 1,
    means: "`modal deploy` ended with an error; its last lines are shown. What was deployed before runs on.",
    mend: "Mend what they name, then deploy again.",
  },
  "modal-output-unknown": {
    exit: 1,
    means: "The CLI is older than 1.5, or newer than what is known.",
    mend: "`pip install --upgrade modal`.",
  },
} as const;
