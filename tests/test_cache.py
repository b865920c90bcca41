"""The cache of the evals: what is remembered of a model's calls, and what is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from evals.cache import CachedEndpoint, CacheMiss
from rag import load_settings
from tests.fake_llm import Reply, fake_llm


def test_a_call_that_fails_or_breaks_off_is_not_remembered(tmp_path: Path) -> None:
    asked = [{"role": "user", "content": "Who works?"}]
    with fake_llm() as llm:
        settings = load_settings(mode="llm", openai_base_url=llm.url, openai_api_key="key-1", model="fake", timeout=5)
        live, replayed = (CachedEndpoint(settings, folder=tmp_path, strict=strict) for strict in (False, True))
        llm.odds, llm.odds_status = {"Yes": -0.1, "No": -3.0}, 500
        assert live.leaning(asked)[0] is None
        llm.replies = [Reply(("The work w",), finish=None)]
        assert "".join(piece for piece in live.chat(asked) if isinstance(piece, str)) == "The work w"
        for call in (replayed.leaning, lambda messages: list(replayed.chat(messages))):
            with pytest.raises(CacheMiss):
                call(asked)
        llm.odds_status = 200
        again = CachedEndpoint(settings, folder=tmp_path, strict=False)
        llm.replies = [Reply(("The work went on.",))]
        assert again.leaning(asked)[0] is not None
        assert "".join(piece for piece in again.chat(asked) if isinstance(piece, str)) == "The work went on."
    assert replayed.leaning(asked)[0] == again.leaning(asked)[0]
    assert [piece for piece in replayed.chat(asked) if isinstance(piece, str)] == ["The work went on."]


def test_a_server_that_will_not_be_asked_for_one_word_is_replayed_as_such(tmp_path: Path) -> None:
    asked = [{"role": "user", "content": "Who works?"}]
    with fake_llm() as llm:
        settings = load_settings(mode="llm", openai_base_url=llm.url, openai_api_key="key-1", model="fake", timeout=5)
        llm.odds_status = 400
        live = CachedEndpoint(settings, folder=tmp_path, strict=False)
        assert [live.leaning(asked)[0], live.leaning([*asked, *asked])[0]] == [None, None]
    replayed = CachedEndpoint(settings, folder=tmp_path, strict=True)
    assert [replayed.leaning(asked)[0], replayed.leaning([*asked, *asked])[0]] == [None, None]
