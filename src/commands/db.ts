import type { SetPasswordReport } from "../app/set-password.ts";
import { type AnyCommand, command } from "./command.ts";

const setPassword = command<SetPasswordReport>({
  name: "set-password",
  summary: "give the database the password of .env; keeps the data",
  options: [
    { flags: "--take-over", description: "of a stack that another folder made: make it this folder's; asks" },
    { flags: "-y, --yes", description: "do not ask" },
  ],
  examples: [["goat-dev db set-password", "after POSTGRES_PASSWORD changed in .env"]],
  call: async (typed, app) => {
    const { setPassword } = await import("../app/set-password.ts");
    return setPassword({ takeOver: typed.flag("takeOver"), yes: typed.flag("yes") }, app);
  },
  text: ({ user }) => `${user} has the password of .env now. Next: goat-dev up`,
});

export const db: AnyCommand = {
  name: "db",
  summary: "the database",
  options: [],
  examples: [],
  subcommands: [setPassword],
};
