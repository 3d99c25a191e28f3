from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from voiceagent.protocol import versions
from voiceagent.protocol.realtime import CLIENT_EVENTS, SERVER_EVENTS

SPEC = json.loads((Path(__file__).parents[2] / "data" / "voice-live" / "events.json").read_text())
each_version = pytest.mark.parametrize("version", versions.VERSIONS)


def test_the_newest_version_knows_all_the_official_package_knows() -> None:
    kinds = SPEC["client_event_types"] + SPEC["server_event_types"]
    assert [kind for kind in kinds if not versions.knows_event(versions.NEWEST, kind)] == []


def test_every_event_of_the_tables_is_one_we_have() -> None:
    assert {*versions.EVENTS_SINCE, *versions.PREVIEW_EVENTS} <= {*CLIENT_EVENTS, *SERVER_EVENTS}


@pytest.mark.parametrize(
    ("version", "kind", "known"),
    [
        ("2025-10-01", "warning", False),
        ("2026-04-10", "warning", True),
        ("2025-10-01", "mcp_list_tools.completed", False),
        ("2026-04-10", "input_text.delta", False),
        ("2026-06-01-preview", "input_text.delta", True),
        ("2026-01-01-preview", "rtc.call.sdp.create", True),
        ("2026-07-15", "rtc.call.sdp.create", False),
        ("2025-05-01-preview", "response.audio.delta", True),
    ],
)
def test_events_come_with_their_version(version: str, kind: str, known: bool) -> None:
    assert versions.knows_event(version, kind) is known


def test_members_a_version_does_not_know_are_left_out() -> None:
    session = {"id": "s", "expires_at": 5, "turn_detection": {"type": "server_vad", "idle_timeout_ms": None}, "greeting": None}
    said = {"type": "session.created", "session": session}
    assert versions.known_only(said, "2025-10-01") == {
        "type": "session.created",
        "session": {"id": "s", "turn_detection": {"type": "server_vad"}},
    }
    assert versions.known_only(said, "2026-04-10") == said


def test_missing_settings_are_those_of_the_session() -> None:
    assert versions.missing_settings("2026-04-10") == {"parallel_tool_calls"}
    assert versions.missing_settings("2026-07-15") == frozenset()


def test_pictures_were_called_by_another_name() -> None:
    old = {"type": "conversation.item.create", "item": {"content": [{"type": "input_image", "url": "u"}, {"type": "text"}]}}
    new = {
        "type": "conversation.item.create",
        "item": {"content": [{"type": "input_image", "image_url": "u"}, {"type": "text"}]},
    }
    assert versions.respell(old, "2026-04-10", to_wire=False) == new
    assert versions.respell(new, "2026-04-10", to_wire=True) == old
    assert versions.respell(new, "2026-07-15", to_wire=True) == new


def test_formats_were_spelled_with_hyphens() -> None:
    new: dict[str, Any] = {"type": "session.update", "session": {"output_audio_format": "pcm16_8000hz"}}
    old = versions.respell(new, "2025-10-01", to_wire=True)
    assert old["session"] == {"output_audio_format": "pcm16-8000hz"}
    assert versions.respell(old, "2025-10-01", to_wire=False) == new
    assert versions.respell(new, "2026-04-10", to_wire=True) == new


@each_version
def test_spelling_for_the_wire_and_back_changes_nothing(version: str) -> None:
    said: dict[str, Any] = {
        "type": "session.update",
        "session": {"output_audio_format": "pcm16_16000hz", "voice": "alloy"},
        "item": {"content": [{"type": "input_image", "image_url": "u", "detail": "low"}]},
    }
    assert versions.respell(versions.respell(said, version, to_wire=True), version, to_wire=False) == said
