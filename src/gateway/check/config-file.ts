import { GoatError } from "../../errors/goat-error.ts";
import { unsendable } from "../../litellm/key.ts";
import { list, nearest } from "../../platform/text.ts";
import { readGatewayConfig } from "../config.ts";
import { type ConfigText, readModelList } from "../edit/model-list.ts";
import { fieldOf, fieldsOf, parseSource } from "../edit/yaml-source.ts";
import { createFinder, type Finder } from "./finder.ts";
import type { Finding, Level, Surroundings } from "./finding.ts";
import { obstacles, surprises } from "./truth.ts";
import { checkKeys, checkValues } from "./variables.ts";

const topLevel = words(`
  model_list litellm_settings general_settings router_settings environment_variables include callback_settings
  guardrails mcp_servers mcp_tools assistant_settings finetune_settings files_settings vector_store_registry
  credential_list search_tools sandbox_tools prompts policies policy_attachments agent_list default_vertex_config
  worker_registry plugins mcp_aliases
`);

/** The settings that are set most: a name close to one of them is that one, misspelt. */
const litellmSettings = words(`
  drop_params max_budget budget_duration success_callback failure_callback callbacks service_callbacks num_retries
  request_timeout cache cache_params set_verbose json_logs turn_off_message_logging fallbacks default_fallbacks
  context_window_fallbacks content_policy_fallbacks allowed_fails modify_params redact_user_api_key_info
  budget_exceeded_status_code default_internal_user_params telemetry
`);

const generalSettings = words(`
  master_key database_url database_connection_pool_limit database_connection_timeout store_model_in_db
  store_prompts_in_spend_logs max_parallel_requests global_max_parallel_requests infer_model_from_keys
  background_health_checks health_check_interval alerting alerting_threshold alert_types allowed_routes
  pass_through_endpoints proxy_batch_write_at user_api_key_cache_ttl proxy_config_reload_interval_seconds custom_auth key_management_system
  max_request_size_mb max_response_size_mb maximum_spend_logs_retention_period disable_spend_logs
  allow_requests_on_db_unavailable disable_prisma_schema_update enforce_user_param ui_access_mode salt_key
  forward_client_headers_to_llm_api user_header_name completion_model otel
`);

const entryKeys = words("model_name litellm_params model_info model_id blocked");

/** What an entry's parameters say about the route itself. */
const routeParams = words(`
  model api_key api_base api_version base_url organization custom_llm_provider drop_params additional_drop_params
  allowed_openai_params mock_response mock_timeout timeout stream_timeout request_timeout max_retries num_retries rpm tpm
  itpm otpm order weight max_parallel_requests cooldown_time tags tag_regex region_name max_budget budget_duration
  input_cost_per_token output_cost_per_token input_cost_per_second output_cost_per_second cache_read_input_token_cost
  cache_creation_input_token_cost base_model litellm_credential_name configurable_clientside_auth_params
  use_clientside_credentials
  use_in_pass_through use_litellm_proxy use_chat_completions_api merge_reasoning_content_in_choices
  default_api_key_tpm_limit default_api_key_rpm_limit keepalive_seconds model_info ssl_verify litellm_system_prompt
  azure_ad_token azure_scope azure_username azure_password tenant_id client_id client_secret vertex_project vertex_location
  vertex_credentials aws_access_key_id aws_secret_access_key aws_session_token aws_region_name aws_session_name
  aws_profile_name aws_role_name aws_web_identity_token aws_sts_endpoint aws_external_id aws_bedrock_runtime_endpoint
  watsonx_region_name
`);

/** What goes along with every request. */
const requestParams = words(`
  temperature top_p top_k n stream stream_options stop max_tokens max_completion_tokens modalities prediction audio
  presence_penalty frequency_penalty logit_bias user response_format seed tools tool_choice functions function_call
  logprobs top_logprobs extra_headers extra_body headers parallel_tool_calls reasoning_effort verbosity thinking
  web_search_options service_tier safety_identifier prompt_cache_key store metadata dimensions encoding_format
  guided_json chat_template_kwargs repetition_penalty min_p
`);

const paramKeys = [...routeParams, ...requestParams];

/** Everything that can be said of one config without asking anybody. */
export function checkConfigFile(file: ConfigText, around: Surroundings): readonly Finding[] {
  try {
    readGatewayConfig(file.text, file.path);
  } catch (error) {
    if (error instanceof GoatError) return mistakes(file, error);
    throw error;
  }
  const source = parseSource(file.text, "1.1");
  const root = source.document.contents;
  const found = createFinder(file.path, source);
  unknownKeys(root, topLevel, found, "warning", "LiteLLM reads no such key here");
  misspelt(fieldOf(root, "litellm_settings")?.value, litellmSettings, found);
  misspelt(fieldOf(root, "general_settings")?.value, generalSettings, found);
  const items = fieldOf(root, "model_list") === undefined ? [] : itemsOf(file, found);
  for (const { node } of items) {
    unknownKeys(node, entryKeys, found, "warning", "an entry has no such key");
    unknownKeys(fieldOf(node, "litellm_params")?.value, paramKeys, found, "note", "goes to the provider as it is");
  }
  duplicates(items, found);
  obstacles(root, found, around.isThere);
  surprises(root, found, around);
  checkValues(root, around, found);
  checkKeys(root, around, found);
  if (around.stateless && fieldOf(fieldOf(root, "general_settings")?.value, "database_url") !== undefined) {
    found.add(
      "error",
      fieldOf(fieldOf(root, "general_settings")?.value, "database_url")?.key,
      "the cloud's gateway has no database",
    );
  }
  return found.all;
}

/** What keeps LiteLLM from starting with this config, or from serving a model of it; a config that cannot be read has none. */
export function startObstacles(file: ConfigText, isThere: (path: string) => boolean): readonly Finding[] {
  const source = parseSource(file.text, "1.1");
  const found = createFinder(file.path, source);
  obstacles(source.document.contents, found, isThere);
  return found.all;
}

/** `file:line:column message`, as the config's own reader says it. */
function mistakes({ path }: ConfigText, error: GoatError): readonly Finding[] {
  return (error.evidence.length > 0 ? error.evidence : [error.message]).map((line) => {
    const match = /^(.*?:\d+:\d+) (.*)$/s.exec(line);
    return { level: "error", place: match?.[1] ?? path, text: match?.[2] ?? line };
  });
}

function unknownKeys(node: unknown, known: readonly string[], found: Finder, level: Level, why: string): void {
  for (const { name, key } of fieldsOf(node)) {
    if (known.includes(name) || name === "<<") continue;
    const near = nearest(name, known);
    if (near === undefined) found.add(level, key, `${name}: ${why}`);
    else found.add("warning", key, `${name}: ${why}; did you mean ${near}?`);
  }
}

function misspelt(node: unknown, known: readonly string[], found: Finder): void {
  for (const { name, key } of fieldsOf(node)) {
    const near = known.includes(name) ? undefined : nearest(name, known);
    if (near !== undefined) found.add("warning", key, `${name}: did you mean ${near}?`);
  }
}

type Items = ReturnType<typeof readModelList>["items"];

function itemsOf(file: ConfigText, found: Finder): Items {
  try {
    return readModelList(file).items;
  } catch (error) {
    if (!(error instanceof GoatError)) throw error;
    found.add("note", null, `goat-dev cannot edit this file: ${error.message}`);
    return [];
  }
}

function duplicates(items: Items, found: Finder): void {
  for (const [index, { name, node }] of items.entries()) {
    if (items.findIndex((item) => item.name === name) === index) continue;
    found.add("note", node, `${name} stands here again: LiteLLM spreads calls over all entries of one name`);
  }
}

/** What is wrong with the gateway's own key; null where nothing is. */
export function masterKeyProblem(key: string): string | null {
  if (key === "") return "LITELLM_MASTER_KEY is empty: LiteLLM would let everybody in";
  const mistake = unsendable(key);
  if (mistake !== null) return `LITELLM_MASTER_KEY holds ${mistake}, which no HTTP header can carry`;
  if (!key.startsWith("sk-")) return "LITELLM_MASTER_KEY has to begin with sk-, or LiteLLM takes it for no key";
  const weak = ["sk-1234"];
  return weak.includes(key) ? `LITELLM_MASTER_KEY is ${list(weak)}, which newer LiteLLM refuses to start with` : null;
}

/** Names that LiteLLM 1.103 reads, by the place in its config where they stand. */
function words(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}
