// A JSON Schema for LiteLLM's config, for editors: those rules of `goat-dev models check` that a schema can express.
// The names come from that check's own lists; the types of some of their values are listed here.

const reference = "^os\\.environ/[A-Za-z_]\\w*$";

/** What a text must not be, and what editors say of it. */
const mistaken = [
  never("\\$\\{?\\w+\\}?$", "LiteLLM takes this for the text itself: a variable is written os.environ/NAME"),
  never("os\\.environ(?!/[A-Za-z_]\\w*$)", "a variable is written os.environ/NAME"),
  never(
    "(.*[^A-Za-z])?([sS][kK]|[gG][sS][kK]|[xX][aA][iI])-[\\w-]{16,}",
    "a secret belongs into .env, and os.environ/NAME here",
  ),
];
const writtenOut = never("(?!os\\.environ/)\\S{16,}$", "a secret belongs into .env, and os.environ/NAME here");
const definitions = {
  text: { type: "string", allOf: mistaken },
  secret: { type: "string", allOf: [...mistaken, writtenOut] },
  number: { anyOf: [{ type: "number" }, { type: "string", pattern: `${reference}|^[-+]?[\\d.]+([eE][-+]?\\d+)?$` }] },
  flag: { anyOf: [{ type: "boolean" }, { type: "string", pattern: reference }] },
};
const [text, secret, number, flag] = Object.keys(definitions).map(ref);
const map = { type: ["object", "null"] };
const list = { type: ["array", "null"] };

const numbers = words(`
  rpm tpm itpm otpm order weight max_parallel_requests cooldown_time timeout stream_timeout request_timeout mock_timeout max_retries
  num_retries max_budget input_cost_per_token output_cost_per_token input_cost_per_second output_cost_per_second
  cache_read_input_token_cost cache_creation_input_token_cost temperature top_p top_k n max_tokens max_completion_tokens
  presence_penalty frequency_penalty seed dimensions database_connection_pool_limit database_connection_timeout
  proxy_batch_write_at user_api_key_cache_ttl allowed_fails
`);
const flags = words(`
  drop_params set_verbose json_logs turn_off_message_logging redact_user_api_key_info modify_params telemetry cache
  store_model_in_db disable_spend_logs allow_requests_on_db_unavailable use_in_pass_through merge_reasoning_content_in_choices
  infer_model_from_keys background_health_checks
`);
const secrets = words("api_key master_key salt_key client_secret azure_ad_token azure_password aws_secret_access_key");
const texts = words(
  "api_base base_url api_version organization custom_llm_provider litellm_credential_name base_model region_name",
);

const said = {
  model_list: "The models that programs can ask for.",
  model_name: "What programs ask for. Entries of one name share its calls.",
  litellm_params: "Where its calls go: provider, model, key.",
  model_info: "What LiteLLM cannot know of it: price, mode, base_model.",
  model: "provider/model, such as groq/llama-3.3-70b-versatile; on Azure the deployment's name.",
  api_key: "os.environ/NAME, with the key in .env.",
  api_base: "The server's address. From a container this machine is host.docker.internal.",
  drop_params: "Leave out what a provider does not support, rather than refuse the call.",
  max_budget: "US dollars; holds only with a database.",
  master_key: "The key that programs use. It begins with sk-",
  success_callback: "Where calls are told, such as langfuse.",
  include: "Other files, taken in as if they stood here.",
  environment_variables: "Set once this file is read: too late for what LiteLLM reads first.",
};

/** `names`: the lists of src/gateway/check/vocabulary.ts. */
export function litellmConfigSchema(names) {
  const callback = { type: "string", anyOf: [{ enum: names.callbackNames }, { pattern: "\\." }] };
  const callbacks = { anyOf: [callback, { type: "array", items: callback }, { type: "null" }] };
  const oneOf = (choices) => ({ type: "string", anyOf: [{ enum: choices }, { pattern: reference }] });
  const model = {
    allOf: [text],
    examples: names.providerPrefixes.map((prefix) => `${prefix}/`),
  };
  const params = {
    type: "object",
    required: ["model"],
    properties: { ...valuesOf([...names.routeParams, ...names.requestParams]), model: told("model", model) },
    // LiteLLM passes any other field on to the provider.
    additionalProperties: true,
    if: { not: { required: ["model"], properties: { model: { type: "string", pattern: "^azure/" } } } },
    else: { properties: { api_base: never(".*(/openai/|[?]|api-version=)", "Azure's base is the address alone") } },
  };
  const entry = {
    type: "object",
    required: ["model_name", "litellm_params"],
    properties: {
      ...valuesOf(names.entryKeys),
      model_name: told("model_name", { type: "string", minLength: 1 }),
      litellm_params: told("litellm_params", ref("litellm_params")),
      model_info: told("model_info", map),
      "<<": {},
    },
    additionalProperties: false,
  };
  const settings = {
    ...map,
    properties: {
      ...valuesOf(names.litellmSettings),
      ...Object.fromEntries(callbackFields.map((name) => [name, told(name, ref("callbacks"))])),
      cache_params: { ...map, properties: { type: oneOf(names.cacheTypes) } },
      fallbacks: list,
      default_fallbacks: list,
    },
  };
  const router = { ...map, properties: { routing_strategy: oneOf(names.routingStrategies), model_group_alias: map } };
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "LiteLLM's config, as goat-dev models check knows it",
    type: "object",
    properties: {
      ...Object.fromEntries(names.topLevel.map((name) => [name, {}])),
      model_list: told("model_list", { ...list, items: ref("entry") }),
      litellm_settings: settings,
      general_settings: { ...map, properties: valuesOf(names.generalSettings) },
      router_settings: router,
      include: told("include", { type: "array", items: text }),
      environment_variables: told("environment_variables", {
        ...map,
        propertyNames: { not: { enum: names.earlyVariables } },
      }),
    },
    patternProperties: { "^<<$|^x-": {} },
    additionalProperties: false,
    definitions: { entry, litellm_params: params, callbacks, ...definitions },
  };
}

const callbackFields = ["success_callback", "failure_callback", "callbacks", "service_callbacks"];

function valuesOf(names) {
  return Object.fromEntries(names.map((name) => [name, told(name, kindOf(name))]));
}

function kindOf(name) {
  if (numbers.includes(name)) return number;
  if (flags.includes(name)) return flag;
  if (secrets.includes(name)) return secret;
  return texts.includes(name) ? text : {};
}

/** `patternErrorMessage` is what editors show in place of the pattern. */
function never(pattern, patternErrorMessage) {
  return { type: "string", pattern: `^(?!${pattern})`, patternErrorMessage };
}

/** Adds the description. Draft 7 ignores everything beside a $ref, so the $ref goes into an allOf. */
function told(name, schema) {
  if (said[name] === undefined) return schema;
  return { description: said[name], ...("$ref" in schema ? { allOf: [schema] } : schema) };
}

function ref(name) {
  return { $ref: `#/definitions/${name}` };
}

function words(text) {
  return text.trim().split(/\s+/);
}
