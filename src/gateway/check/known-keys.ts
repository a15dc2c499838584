export const topLevel = words(`
  model_list litellm_settings general_settings router_settings environment_variables include callback_settings
  guardrails mcp_servers mcp_tools assistant_settings finetune_settings files_settings vector_store_registry
  credential_list search_tools sandbox_tools prompts policies policy_attachments agent_list default_vertex_config
  worker_registry plugins mcp_aliases
`);

export const entryKeys = words("model_name litellm_params model_info model_id blocked");

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

export const paramKeys = [...routeParams, ...requestParams];

/** The settings that are set most: a name close to one of them is that one, misspelt. */
export const litellmSettings = words(`
  drop_params max_budget budget_duration success_callback failure_callback callbacks service_callbacks num_retries
  request_timeout cache cache_params set_verbose json_logs turn_off_message_logging fallbacks default_fallbacks
  context_window_fallbacks content_policy_fallbacks allowed_fails modify_params redact_user_api_key_info
  budget_exceeded_status_code default_internal_user_params telemetry
`);

export const generalSettings = words(`
  master_key database_url database_connection_pool_limit database_connection_timeout store_model_in_db
  store_prompts_in_spend_logs max_parallel_requests global_max_parallel_requests infer_model_from_keys
  background_health_checks health_check_interval alerting alerting_threshold alert_types allowed_routes
  pass_through_endpoints proxy_batch_write_at proxy_config_reload_interval_seconds custom_auth key_management_system
  max_request_size_mb max_response_size_mb maximum_spend_logs_retention_period disable_spend_logs
  allow_requests_on_db_unavailable disable_prisma_schema_update enforce_user_param ui_access_mode salt_key
  forward_client_headers_to_llm_api user_header_name completion_model otel
`);

/** Names that LiteLLM 1.103 reads, by the place in its config where they stand. */
function words(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}
