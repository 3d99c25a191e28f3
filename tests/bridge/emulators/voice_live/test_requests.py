from __future__ import annotations

from typing import Any

import pytest

from voiceagent.emulators.voice_live import requests, templates
from voiceagent.emulators.voice_live.errors import Refusal
from voiceagent.emulators.voice_live.offer import Offer
from voiceagent.emulators.voice_live.source import Entry, Interim

OFFER = Offer("gpt-realtime")
SESSION = templates.created(session_id="sess_1", expires_at=1, offer=OFFER)


def test_a_response_may_override_the_session() -> None:
    asked = {
        "modalities": ["text"],
        "instructions": "Be brief.",
        "voice": "verse",
        "max_output_tokens": 5,
        "metadata": {"a": "b"},
    }
    effective = requests.effective_session(SESSION, asked, OFFER)
    assert effective["modalities"] == ["text"]
    assert effective["instructions"] == "Be brief."
    assert effective["voice"] == {"name": "verse", "type": "openai"}
    assert effective["max_response_output_tokens"] == 5
    assert effective["metadata"] == {"a": "b"}
    assert SESSION["modalities"] == ["audio"]


def test_both_spellings_of_the_format_are_taken() -> None:
    assert (
        requests.effective_session(SESSION, {"output_audio_format": "pcm16-16000hz"}, OFFER)["output_audio_format"]
        == "pcm16_16000hz"
    )


def test_the_clients_own_words_are_found() -> None:
    message = {"type": "message", "role": "assistant", "content": [{"type": "text", "text": "Welcome."}]}
    assert requests.verbatim({"pre_generated_assistant_message": message}) == "Welcome."
    assert requests.verbatim({}) is None


@pytest.mark.parametrize(
    "message", [{}, {"content": []}, {"content": [{"type": "text"}]}, "Welcome.", {"content": [{"text": ""}]}]
)
def test_a_message_without_words_is_refused(message: Any) -> None:
    with pytest.raises(Refusal):
        requests.verbatim({"pre_generated_assistant_message": message})


def test_the_source_is_told_everything_it_needs() -> None:
    session = {**SESSION, "output_audio_format": "g711_ulaw", "tools": [{"name": "f"}], "instructions": "Help."}
    entries = (Entry("message", role="user", text="Hi"),)
    request = requests.answer_request("resp_1", session, entries, additional="Be quick.", spoken_verbatim=None, offer=OFFER)
    assert request.instructions == "Help.\nBe quick."
    assert request.rate == 8000
    assert request.output_format == "g711_ulaw"
    assert request.speak
    assert request.tools == ({"name": "f"},)
    assert request.entries == entries


def test_text_alone_is_not_spoken() -> None:
    session = {**SESSION, "modalities": ["text"]}
    assert not requests.answer_request("resp_1", session, (), additional="", spoken_verbatim=None, offer=OFFER).speak


def test_given_words_are_spoken_by_azures_voices_only() -> None:
    for voice, spoken in (({"type": "openai", "name": "alloy"}, False), ({"type": "azure-standard", "name": "a"}, True)):
        session = {**SESSION, "voice": voice}
        request = requests.answer_request("resp_1", session, (), additional="", spoken_verbatim="Welcome.", offer=OFFER)
        assert request.speak is spoken


def test_tools_of_servers_stand_beside_the_sessions_own() -> None:
    session = {**SESSION, "tools": [{"type": "function", "name": "f"}, {"type": "mcp", "server_label": "s", "server_url": "u"}]}
    request = requests.answer_request(
        "resp_1", session, (), additional="", spoken_verbatim=None, offer=OFFER, functions=({"name": "g"},)
    )
    assert [tool["name"] for tool in request.tools] == ["f", "g"]


AZURE = {**SESSION, "voice": {"type": "azure-standard", "name": "a"}}
INTERIM = {"type": "static_interim_response", "texts": ["Let me look."], "triggers": ["latency", "tool"]}


def test_interim_words_wait_for_their_trigger() -> None:
    assert requests.interim_of({**AZURE, "interim_response": INTERIM}) == Interim("Let me look.", 2000, True)
    late = {"type": "llm_interim_response", "latency_threshold_ms": 500}
    assert requests.interim_of({**AZURE, "interim_response": late}) == Interim(requests.DEFAULT_INTERIM, 500, False)
    assert requests.interim_of({**AZURE, "interim_response": {**INTERIM, "triggers": ["tool"]}}) == Interim(
        "Let me look.", None, True
    )


def test_no_interim_words_without_an_azure_voice() -> None:
    assert requests.interim_of({**SESSION, "interim_response": INTERIM}) is None
    assert requests.interim_of(AZURE) is None


def test_items_are_a_list_of_objects() -> None:
    assert requests.items({}, "input_items") == []
    assert requests.items({"input_items": [{"type": "message"}]}, "input_items") == [{"type": "message"}]
    for wrong in ("x", [1], {"type": "message"}):
        with pytest.raises(Refusal):
            requests.items({"input_items": wrong}, "input_items")
