from __future__ import annotations

from typing import Any

import pytest

from voiceagent.emulators.acs.errors import Refusal
from voiceagent.emulators.acs.prompts import Source, source, sources


def test_text_files_and_the_words_of_ssml_are_read() -> None:
    found = sources(
        [
            {"kind": "text", "text": {"text": "Hello"}},
            {"kind": "file", "file": {"uri": "http://127.0.0.1/a.wav"}},
            {"kind": "ssml", "ssml": {"ssmlText": "<speak><voice name='x'>Good <break/>day</voice></speak>"}},
        ],
        "PlaySources",
    )
    assert found == (Source("words", "Hello"), Source("file", "http://127.0.0.1/a.wav"), Source("words", "Good day"))


@pytest.mark.parametrize(
    "wrong",
    [
        "text",
        {"kind": "song"},
        {"kind": "text", "text": {"text": " "}},
        {"kind": "file", "file": {"uri": "a.wav"}},
        {"kind": "ssml", "ssml": {"ssmlText": "<speak>"}},
        {"kind": "ssml", "ssml": {"ssmlText": "<speak/>"}},
        {"kind": "ssml", "ssml": {"ssmlText": "<!DOCTYPE a [<!ENTITY b 'c'>]><speak>&b;</speak>"}},
    ],
)
def test_what_cannot_be_played_is_refused(wrong: Any) -> None:
    with pytest.raises(Refusal) as refused:
        source(wrong, "PlaySources")
    assert refused.value.code == "8523"


def test_more_sources_than_one_request_may_have_are_refused() -> None:
    with pytest.raises(Refusal):
        sources([{"kind": "text", "text": {"text": "x"}}] * 11, "PlaySources")
