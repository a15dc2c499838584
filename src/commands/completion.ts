import type { CompletionReport } from "../app/completion/script.ts";
import { command } from "./command.ts";

export const completion = command<CompletionReport>({
  name: "completion",
  summary: "a script that has the shell complete commands, options, services and models",
  arguments: "<shell>",
  choices: ["bash", "zsh", "fish", "powershell"],
  options: [],
  examples: [
    ['eval "$(goat-dev completion bash)"', "in ~/.bashrc; with zsh in ~/.zshrc, after compinit"],
    ["goat-dev completion fish > ~/.config/fish/completions/goat-dev.fish", "once, for fish"],
    ["goat-dev completion powershell | Out-String | Invoke-Expression", "in PowerShell's $PROFILE"],
  ],
  call: async (typed) => (await import("../app/completion/script.ts")).completion(typed.args[0] ?? ""),
  text: ({ script }) => script.trimEnd(),
});
