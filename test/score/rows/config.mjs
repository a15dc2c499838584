// LiteLLM's config.
import { writeFileSync } from "node:fs";

const config = "dev/litellm-config.yaml";

const broken = (name, change, says, more = {}) => ({
  kind: "config",
  name,
  code: "gateway-config-invalid",
  says,
  inject: (lab) => lab.edit(config, change),
  byHand: (lab) => lab.restore(),
  ...more,
});

const entry = (model, key) => `
  - model_name: new-model
    litellm_params:
      model: ${model}
      api_key: os.environ/${key}
`;

const withSettings = (lines) => (text) => text.replace(/^litellm_settings:$/m, `litellm_settings:\n${lines}`);

export const configRows = [
  broken("no YAML", (text) => `${text}\n  - broken: [`, /:\d+:\d+/),
  broken(
    "an unknown routing strategy",
    (text) => `${text}\nrouter_settings: { routing_strategy: fastest }\n`,
    /fastest/,
  ),
  broken("an unknown provider", (text) => text.replace("groq/llama", "groqq/llama"), /groqq.*groq/),
  broken("a budget in words", (text) => text.replace(/max_budget: .*/, "max_budget: lots"), /max_budget/),
  broken("an included file that is not there", (text) => `include: [nowhere.yaml]\n${text}`, /nowhere\.yaml/),
  broken(
    "a fallback to an unknown model",
    (text) => withSettings("  fallbacks: [{ llama-3.3-70b: [no-such-model] }]")(text),
    /no-such-model/,
    { only: "doctor" },
  ),
  broken(
    "an alias of an unknown model",
    (text) => `${text}\nrouter_settings: { model_group_alias: { fast: no-such-model } }\n`,
    /no-such-model/,
    { only: "doctor" },
  ),
  broken("a cache that the image lacks", withSettings("  cache: true\n  cache_params: { type: rediss }"), /rediss/, {
    only: "doctor",
  }),
  broken(
    "a variable that the gateway is not given",
    (text) =>
      text.replace("\nlitellm_settings:", `${entry("mistral/mistral-small", "NOWHERE_API_KEY")}\nlitellm_settings:`),
    /NOWHERE_API_KEY does not reach/,
    { only: "doctor" },
  ),
  {
    ...broken("a budget without a database", (text) => text, /max_budget holds nobody back/, { only: "doctor" }),
    inject: (lab) => {
      lab.edit("dev/docker-compose.yml", (text) => text.replace(/^ +- DATABASE_URL=.*litellm\n/m, ""));
      lab.edit(config, (text) => text.replace(/^ +database_url:.*\n/m, ""));
    },
  },
  {
    kind: "config",
    name: "a model whose price nobody knows",
    code: "warning",
    says: /knows no price of new-model/,
    only: "doctor",
    inject: (lab) => {
      lab.setEnv({ OPENAI_API_KEY: `sk-${"0123456789abcdef".repeat(3)}` });
      const added = entry("openai/a-model-of-tomorrow", "OPENAI_API_KEY");
      lab.edit(config, (text) => text.replace("\nlitellm_settings:", `${added}\nlitellm_settings:`));
    },
    byHand: (lab) => {
      const added = entry("openai/a-model-of-tomorrow", "OPENAI_API_KEY");
      lab.edit(config, (text) => text.replace(added, () => `${added}    model_info:\n      base_model: gpt-4o-mini\n`));
    },
  },
  {
    kind: "config",
    name: "a misspelt key of the Compose file",
    code: "compose-invalid",
    says: /imgae.*image/,
    inject: (lab) =>
      lab.edit("dev/docker-compose.yml", (text) => text.replace("    image: ${POSTGRES", "    imgae: ${POSTGRES")),
    byHand: (lab) => lab.restore(),
  },
  {
    kind: "config",
    name: "the Compose file is no YAML",
    code: "compose-invalid",
    inject: (lab) => writeFileSync(lab.path("dev/docker-compose.yml"), "services: ["),
    byHand: (lab) => lab.restore(),
  },
];
