"""The program under test. It needs OPENAI_BASE_URL, OPENAI_API_KEY and EVAL_MODEL."""

import os
from collections.abc import Iterator

from openai import OpenAI

MODEL = os.environ.get("EVAL_MODEL", "gpt-4o-mini")


def summary(text: str) -> str:
    messages = [
        {"role": "system", "content": "Answer with one short sentence."},
        {"role": "user", "content": f"Summarize: {text}"},
    ]
    completion = OpenAI().chat.completions.create(model=MODEL, messages=messages)
    return completion.choices[0].message.content or ""


def words(question: str) -> Iterator[str]:
    """The answer piece by piece, as it comes."""
    messages = [{"role": "user", "content": question}]
    for chunk in OpenAI().chat.completions.create(model=MODEL, messages=messages, stream=True):
        if chunk.choices and chunk.choices[0].delta.content:
            yield chunk.choices[0].delta.content
