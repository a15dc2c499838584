/** Names that LiteLLM 1.103 knows where a config has a choice of them. */

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

/** Read by LiteLLM before its config is. */
export const earlyVariables = words(`
  DATABASE_URL DIRECT_URL LITELLM_MASTER_KEY LITELLM_SALT_KEY STORE_MODEL_IN_DB LITELLM_LOG LITELLM_MODE HOST PORT NUM_WORKERS
  LITELLM_LOCAL_MODEL_COST_MAP HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY SSL_CERT_FILE REQUESTS_CA_BUNDLE CONFIG_FILE_PATH
`);

function words(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}
