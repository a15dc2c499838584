// What keeps a call's trace from Langfuse.
const [config, compose] = ["dev/litellm-config.yaml", "dev/docker-compose.yml"];

const trace = (name, code, file, change, says) => ({
  kind: "trace",
  name,
  code,
  says,
  ask: ["up", "--json", "--example"],
  after: ["up", "--json", "--example"],
  inject: (lab) => lab.edit(file, change),
  byHand: (lab) => lab.restore(),
});

export const traceRows = [
  trace(
    "a misspelt callback",
    "trace-callback-unknown",
    config,
    (text) => text.replaceAll('["langfuse"]', '["langfusee"]'),
    /langfusee/,
  ),
  trace(
    "a callback for Langfuse 3",
    "trace-callback-unfit",
    config,
    (text) => text.replaceAll('["langfuse"]', '["langfuse_otel"]'),
    /langfuse_otel/,
  ),
  trace(
    "another secret on LiteLLM's side",
    "trace-keys-differ",
    compose,
    (text) =>
      text.replace("LANGFUSE_SECRET_KEY=${LANGFUSE_SECRET_KEY:-sk-lf-goat-dev}", "LANGFUSE_SECRET_KEY=sk-lf-wrong"),
    /LANGFUSE_SECRET_KEY/,
  ),
  trace(
    "a misspelt host",
    "trace-host-wrong",
    compose,
    (text) => text.replace("http://langfuse:3000", "http://langfus:3000"),
    /langfus,/,
  ),
  trace(
    "Langfuse's published port",
    "trace-host-wrong",
    compose,
    (text) => text.replace("http://langfuse:3000", "http://langfuse:3001"),
    /3001/,
  ),
];
