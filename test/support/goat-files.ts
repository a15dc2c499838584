import { knownTrace } from "./stand-ins.ts";

export const composeText = `name: goat
services:
  postgres:
    # Nobody speaks Postgres here: an answer over HTTP is its readiness.
    x-goat: { role: database, ready: { http: / } }
    image: postgres:16
    environment:
      POSTGRES_PASSWORD: \${POSTGRES_PASSWORD:-postgres}
      POSTGRES_DB: litellm
    ports: ["127.0.0.1:\${POSTGRES_PORT:-5432}:5432"]
    volumes: ["postgres-data:/var/lib/postgresql/data"]
  langfuse:
    x-goat: { role: tracing }
    image: langfuse/langfuse:2.95.12
    depends_on: { postgres: { condition: service_healthy } }
    environment:
      LANGFUSE_INIT_PROJECT_PUBLIC_KEY: pk-lf-goat-dev
      LANGFUSE_INIT_PROJECT_SECRET_KEY: sk-lf-goat-dev
      LANGFUSE_INIT_USER_EMAIL: dev@goat.local
      LANGFUSE_INIT_USER_PASSWORD: goat-dev-password
    ports: ["127.0.0.1:\${LANGFUSE_PORT:-3001}:3000"]
  litellm:
    x-goat: { role: gateway }
    image: litellm:v1
    command: ["--config", "/app/config.yaml"]
    # One after the other, so that lines come in one order.
    depends_on: { langfuse: { condition: service_healthy } }
    environment:
      - LITELLM_MASTER_KEY=\${LITELLM_MASTER_KEY:-sk-dev-key}
      - GROQ_API_KEY
      - OPENAI_API_KEY
      - LANGFUSE_HOST=http://langfuse:3000
      - LANGFUSE_PUBLIC_KEY=pk-lf-goat-dev
      - LANGFUSE_SECRET_KEY=sk-lf-goat-dev
    ports: ["127.0.0.1:\${LITELLM_PORT:-4000}:4000"]
    volumes: ["./litellm-config.yaml:/app/config.yaml:ro"]
volumes:
  postgres-data:
`;

const route = (name: string, model: string, key: string): string =>
  `  - model_name: ${name}\n    litellm_params: { model: ${model}, api_key: os.environ/${key} }\n`;

export const configText = `litellm_settings: { success_callback: [langfuse] }
model_list:
${route("llama-3.3-70b", "groq/llama-3.3-70b-versatile", "GROQ_API_KEY")}${route("gpt-5-mini", "openai/gpt-5-mini", "OPENAI_API_KEY")}`;

/** What stands in for Node.js and the example client says: always the same, so that it can be read in a snapshot. */
export const exampleAnswer = {
  text: "Hello from Groq!",
  promptTokens: 8,
  completionTokens: 23,
  totalTokens: 31,
  costUsd: 0.00002,
  traceId: knownTrace,
  callId: "call-1",
  durationMs: 600,
};
