import type { ModelsChangeReport } from "../../app/models/change.ts";
import { command } from "../command.ts";
import { changeText } from "./change-text.ts";

export const add = command<ModelsChangeReport>({
  name: "add",
  summary: "put a model into both configs, pass its key on, and take it into use",
  arguments: "[name]",
  options: [
    { flags: "--route <provider/model>", description: "where it goes, such as anthropic/claude-sonnet-4-5" },
    { flags: "--key <variable>", description: "the variable of .env that holds its key" },
    { flags: "--api-base <url>", description: "a server of its own; it speaks OpenAI's protocol" },
    { flags: "--api-version <date>", description: "Azure's (2024-06-01)" },
    { flags: "--base-model <name>", description: "whose price LiteLLM counts with" },
    { flags: "--mode <mode>", description: "chat or embedding, where the name does not say it" },
    { flags: "--vllm", description: "a vLLM server, at --url" },
    { flags: "--url <url>", description: "the vLLM server's address" },
    { flags: "-y, --yes", description: "do not ask" },
  ],
  examples: [
    ["goat-dev models add claude-sonnet-4-5 --route anthropic/claude-sonnet-4-5", "its key is ANTHROPIC_API_KEY"],
    ["goat-dev models add my-gpt --route azure/my-deployment --base-model azure/gpt-4o-mini", "a deployment of yours"],
    ["goat-dev models add qwen3-8b-local --vllm --url http://10.0.0.5:8000/v1", "vLLM tells which model it serves"],
  ],
  call: async (typed, app) => {
    const { add } = await import("../../app/models/add.ts");
    const input = {
      names: typed.args,
      route: typed.text("route"),
      key: typed.text("key"),
      apiBase: typed.text("apiBase"),
      apiVersion: typed.text("apiVersion"),
      baseModel: typed.text("baseModel"),
      mode: typed.text("mode"),
      vllm: typed.flag("vllm"),
      url: typed.text("url"),
      yes: typed.flag("yes"),
    };
    return add(input, app);
  },
  text: (report) => changeText(report, `${report.model} added to`, report.model),
});
