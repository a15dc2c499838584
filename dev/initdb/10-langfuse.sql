-- Runs once, on an empty volume. LiteLLM's database is POSTGRES_DB; Langfuse needs one of its own.
-- Alone in its file: a database cannot be made in one transaction with anything else.
CREATE DATABASE langfuse;
