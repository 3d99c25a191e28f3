from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from voiceagent.protocol.nesting import flatten, gather_voice, nest, spread_voice
from voiceagent.protocol.openai_ga import SESSION_PATHS
from voiceagent.protocol.voice_live_v1 import V1


def test_what_no_table_names_stays_where_it_is() -> None:
    nested = {"audio": {"output": {"speed": 1.0, "voice": "alloy"}}, "tracing": None}
    flat = flatten(nested, SESSION_PATHS)
    assert flat == {"audio": {"output": {"speed": 1.0}}, "tracing": None, "voice": "alloy"}
    assert nest(flat, SESSION_PATHS) == nested


def test_the_rate_travels_with_the_format() -> None:
    nested = nest({"input_audio_format": "pcm16", "input_audio_sampling_rate": 16000}, SESSION_PATHS)
    assert nested == {"audio": {"input": {"format": {"type": "audio/pcm", "rate": 16000}}}}
    assert flatten(nested, SESSION_PATHS) == {"input_audio_format": "pcm16", "input_audio_sampling_rate": 16000}


def test_a_spread_voice_is_one_object() -> None:
    assert V1.voice is not None
    spread = {"audio": {"output": {"voice": "en-US-AvaNeural", "voice_type": "azure-standard", "style": "calm"}}}
    gathered = gather_voice(spread, V1.voice)
    assert gathered == {"voice": {"type": "azure-standard", "name": "en-US-AvaNeural", "style": "calm"}}
    assert spread_voice(gathered, V1.voice) == spread


def test_a_bare_voice_stays_a_name() -> None:
    assert V1.voice is not None
    bare = {"audio": {"output": {"voice": "alloy"}}}
    assert gather_voice(bare, V1.voice) is bare


@given(st.dictionaries(st.sampled_from([*SESSION_PATHS, "tools", "other"]), st.none() | st.integers() | st.just({"id": "x"})))
def test_nesting_a_flat_session_and_back_loses_nothing(flat: dict[str, Any]) -> None:
    assert json.dumps(flatten(nest(flat, SESSION_PATHS), SESSION_PATHS), sort_keys=True) == json.dumps(flat, sort_keys=True)
