/**
 * Names that LiteLLM 1.103 reads, by their place in its config, and the values that it knows where there is a choice.
 */

/** Keys at the top level. */
export const topLevel = words(`
  model_list litellm_settings general_settings router_settings environment_variables include callback_settings
  guardrails mcp_servers mcp_tools assistant_settings finetune_settings files_settings vector_store_registry
  credential_list search_tools sandbox_tools prompts policies policy_attachments agent_list default_vertex_config
  worker_registry plugins mcp_aliases
`);

/** The most common settings: a key that is unknown but close to one of them is taken for a misspelling. */
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
  pass_through_endpoints proxy_batch_write_at user_api_key_cache_ttl proxy_config_reload_interval_seconds custom_auth key_management_system
  max_request_size_mb max_response_size_mb maximum_spend_logs_retention_period disable_spend_logs
  allow_requests_on_db_unavailable disable_prisma_schema_update enforce_user_param ui_access_mode salt_key
  forward_client_headers_to_llm_api user_header_name completion_model otel
`);

export const entryKeys = words("model_name litellm_params model_info model_id blocked");

/** Keys of `litellm_params` that are about the route itself. */
export const routeParams = words(`
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

/** Keys of `litellm_params` that are sent along with every request. */
export const requestParams = words(`
  temperature top_p top_k n stream stream_options stop max_tokens max_completion_tokens modalities prediction audio
  presence_penalty frequency_penalty logit_bias user response_format seed tools tool_choice functions function_call
  logprobs top_logprobs extra_headers extra_body headers parallel_tool_calls reasoning_effort verbosity thinking
  web_search_options service_tier safety_identifier prompt_cache_key store metadata dimensions encoding_format
  guided_json chat_template_kwargs repetition_penalty min_p
`);

/** What may stand before the first slash of `model`. */
export const providerPrefixes = words(`
  openai chatgpt openai_like jina_ai xai zai custom_openai text-completion-openai cohere cohere_chat clarifai anthropic
  anthropic_text bytez replicate reducto aws_textract runwayml aws_polly transcribe huggingface together_ai openrouter
  datarobot vertex_ai vertex_ai_beta gemini ai21 baseten black_forest_labs azure azure_text azure_ai sagemaker sagemaker_chat
  sagemaker_nova bedrock vllm nlp_cloud petals oobabooga ollama ollama_chat deepinfra perplexity mistral milvus groq a2a
  gigachat nvidia_nim nvidia_riva soniox cerebras ai21_chat volcengine codestral text-completion-codestral dashscope qwencloud
  qwen_ai_platform modelscope moonshot publicai v0 morph lambda_ai inception text-completion-inception deepseek sambanova
  maritalk voyage cloudflare xinference fireworks_ai friendliai featherless_ai watsonx watsonx_text triton predibase databricks
  empower github ragflow compactifai docker_model_runner custom litellm_proxy hosted_vllm tencent llamafile lm_studio galadriel
  nebius infinity deepgram elevenlabs novita aiohttp_openai langfuse humanloop topaz sap assemblyai azure_speech charity_engine
  github_copilot snowflake gradient_ai meta_llama nscale pg_vector s3_vectors valkey mongodb helicone hyperbolic recraft fal_ai
  stability heroku aiml cometapi oci auto_router vercel_ai_gateway dotprompt manus wandb ovhcloud scaleway lemonade amazon_nova
  a2a_agent langgraph langflow minimax synthetic apertis nano-gpt poe chutes neosantara parasail xiaomi_mimo tensormesh libertai
  pinstripes cognition scx-ai darkbloom meta litellm_agent cursor bedrock_mantle gdc responses
  veniceai abliteration llamagate gmi sarvam aihubmix crusoe empiriolabs
`);

export const routingStrategies = words(`
  simple-shuffle lar1 least-busy latency-based-routing cost-based-routing usage-based-routing-v2 usage-based-routing
  provider-budget-routing
`);

export const cacheTypes = words("local redis redis-semantic valkey-semantic s3 disk qdrant-semantic azure-blob gcs");

export const callbackNames = words(`
  lago openmeter logfire literalai litellm_agent dynamic_rate_limiter dynamic_rate_limiter_v3 langsmith prometheus otel datadog
  datadog_metrics datadog_llm_observability galileo braintrust arize arize_phoenix langtrace gcs_bucket azure_storage opik
  argilla mlflow langfuse langfuse_otel weave_otel pagerduty humanloop azure_sentinel gcs_pubsub agentops
  anthropic_cache_control_hook generic_api resend_email sendgrid_email smtp_email deepeval s3_v2 pointfive aws_sqs
  vector_store_pre_call_hook dotprompt bitbucket gitlab cloudzero focus mavvrik vantage posthog levo compression_interception
  newrelic athina dynamodb greenscale helicone lunary promptlayer s3 sentry slack supabase traceloop wandb presidio
  detect_prompt_injection lakera_prompt_injection llmguard_moderations llamaguard_moderations hide_secrets
  google_text_moderation openai_moderations blocked_user_check banned_keywords
`);

/** Variables that LiteLLM reads before it reads its config. */
export const earlyVariables = words(`
  DATABASE_URL DIRECT_URL LITELLM_MASTER_KEY LITELLM_SALT_KEY STORE_MODEL_IN_DB LITELLM_LOG LITELLM_MODE HOST PORT NUM_WORKERS
  LITELLM_LOCAL_MODEL_COST_MAP HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY SSL_CERT_FILE REQUESTS_CA_BUNDLE CONFIG_FILE_PATH
`);

function words(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}
