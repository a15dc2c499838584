"""Asks the gateway one question and streams the answer. It needs three variables:

OPENAI_BASE_URL  http://127.0.0.1:4000/v1
OPENAI_API_KEY   the gateway's key, LITELLM_MASTER_KEY in .env
EVAL_MODEL       a model_name of litellm-config.yaml
"""

import json
import os
import sys
import uuid

from openai import OpenAI, OpenAIError

as_json = "--json" in sys.argv[1:]
answer = sys.stderr if as_json else sys.stdout


def ask(model: str) -> dict:
    client = OpenAI(max_retries=0, timeout=60)
    trace_id = uuid.uuid4().hex
    response = client.chat.completions.with_raw_response.create(
        model=model,
        messages=[{"role": "user", "content": "Say hello in one short sentence."}],
        stream=True,
        stream_options={"include_usage": True},
        # LiteLLM hands these to Langfuse: the trace is found by this id.
        extra_body={"metadata": {"trace_id": trace_id, "trace_name": "goat-dev example"}},
    )
    text, usage = "", None
    for chunk in response.parse():
        piece = (chunk.choices[0].delta.content or "") if chunk.choices else ""
        print(piece, end="", file=answer, flush=True)
        text += piece
        usage = chunk.usage or usage
    return {
        "model": model,
        "text": text,
        "totalTokens": usage and usage.total_tokens,
        # LiteLLM adds the cost in US dollars where it knows the price.
        "costUsd": getattr(usage, "cost", None),
        "traceId": trace_id,
        "callId": response.headers.get("x-litellm-call-id"),
    }


def main() -> None:
    unset = [name for name in ("OPENAI_BASE_URL", "OPENAI_API_KEY", "EVAL_MODEL") if not os.environ.get(name)]
    if unset:
        sys.exit(f"not set: {', '.join(unset)}")
    try:
        result = ask(os.environ["EVAL_MODEL"])
    except OpenAIError as error:
        sys.exit(str(error))
    if as_json:
        print(json.dumps(result))
        return
    cost = "cost unknown" if result["costUsd"] is None else f"${result['costUsd']:.6f}"
    print(f"\n\n{result['model']}: {result['totalTokens'] or '?'} tokens, {cost}")


if __name__ == "__main__":
    main()
