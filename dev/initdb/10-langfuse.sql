-- Runs once, on an empty volume. LiteLLM's database is POSTGRES_DB; Langfuse needs one of its own.
SELECT 'CREATE DATABASE langfuse' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'langfuse')\gexec
