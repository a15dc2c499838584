import type { AnyCommand } from "./command.ts";
import { modalDeploy } from "./modal/deploy.ts";
import { modalDoctor } from "./modal/doctor.ts";
import { modalLogs } from "./modal/logs.ts";
import { modalSecretsSync } from "./modal/secrets.ts";
import { modalStatus } from "./modal/status.ts";
import { modalStop } from "./modal/stop.ts";
import { modalUrl } from "./modal/url.ts";

/** The gateway and GPU models in the cloud, through Modal's own CLI. */
export const modal: AnyCommand = {
  name: "modal",
  summary: "the same gateway in the cloud, and models on GPUs: deploy, prove, look at, stop",
  options: [],
  examples: [],
  subcommands: [
    modalDoctor,
    {
      name: "secrets",
      summary: "the keys of .env as Modal's secrets",
      options: [],
      examples: [],
      subcommands: [modalSecretsSync],
    },
    modalDeploy,
    modalStatus,
    modalLogs,
    modalStop,
    modalUrl,
  ],
};
