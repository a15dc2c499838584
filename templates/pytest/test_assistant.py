import openai
import pytest

import assistant


def test_a_summary_is_one_sentence():
    summary = assistant.summary("LiteLLM is a gateway in front of many providers of language models.")
    assert summary
    assert "\n" not in summary


def test_an_answer_comes_in_pieces():
    pieces = list(assistant.words("Why is the sky blue?"))
    assert len(pieces) > 1
    assert "".join(pieces).strip()


def test_an_unknown_model_is_told(monkeypatch):
    monkeypatch.setattr(assistant, "MODEL", "no-such-model")
    with pytest.raises(openai.BadRequestError, match="no-such-model"):
        assistant.summary("anything")
