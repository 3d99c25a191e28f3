from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from voiceagent.protocol.dialects import (
    AZURE_OPENAI,
    AZURE_OPENAI_PREVIEW,
    DIALECTS,
    FOUNDRY_VOICE_AGENTS,
    OPENAI,
    VOICE_LIVE,
    Dialect,
    voice_live,
)
from voiceagent.protocol.realtime import CLIENT_EVENTS, SERVER_EVENTS, ResponseCreate, SessionUpdate, UnknownServerEvent

CAPTURES = sorted((Path(__file__).parents[2] / "data" / "voice-live" / "captures").glob("*.jsonl"))
SPEC = json.loads((Path(__file__).parents[2] / "data" / "voice-live" / "events.json").read_text())
each_dialect = pytest.mark.parametrize("dialect", DIALECTS.values(), ids=list(DIALECTS))


def dialect_of(capture: Path) -> Dialect:
    if capture.name.startswith("voicelive"):
        return voice_live("2026-04-10")
    return OPENAI if capture.name.startswith("openai") else AZURE_OPENAI


@pytest.mark.parametrize("capture", CAPTURES, ids=lambda path: path.stem)
def test_recorded_sessions_are_written_again_as_they_were(capture: Path) -> None:
    dialect = dialect_of(capture)
    for line in capture.read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        if record["dir"] == "close":
            continue
        read = dialect.decode_client if record["dir"] == "sent" else dialect.decode_server
        event = read(json.dumps(record["data"]))
        assert dialect.knows(event.type)
        assert json.loads(dialect.encode_frame(event)) == record["data"]


@each_dialect
def test_names_come_back_from_every_wire(dialect: Dialect) -> None:
    for kind in (*CLIENT_EVENTS, *SERVER_EVENTS):
        assert dialect.to_canonical(dialect.to_wire({"type": kind}))["type"] == kind


def test_the_newest_version_knows_every_event_of_the_official_package() -> None:
    known = VOICE_LIVE["2026-07-15"]
    assert all(known.knows(kind) for kind in SPEC["client_event_types"] + SPEC["server_event_types"])


@pytest.mark.parametrize(
    ("dialect", "target"),
    [
        (VOICE_LIVE["2025-05-01-preview"], "/voice-agent/realtime?api-version=2025-05-01-preview&model=gpt-4o"),
        (VOICE_LIVE["2026-07-15"], "/voice-live/realtime?api-version=2026-07-15&model=gpt-4o"),
        (VOICE_LIVE["v1"], "/voice-live/realtime?api-version=v1&model=gpt-4o"),
        (OPENAI, "/v1/realtime?model=gpt-4o"),
        (AZURE_OPENAI, "/openai/v1/realtime?model=gpt-4o"),
        (AZURE_OPENAI_PREVIEW, "/openai/realtime?api-version=2025-04-01-preview&deployment=gpt-4o"),
    ],
)
def test_where_each_is_dialled(dialect: Dialect, target: str) -> None:
    assert dialect.target("gpt-4o") == target


def test_agents_are_dialled_by_name() -> None:
    assert VOICE_LIVE["2026-07-15"].target("", query={"agent-name": "desk", "agent-project-name": "a b"}) == (
        "/voice-live/realtime?api-version=2026-07-15&agent-name=desk&agent-project-name=a%20b"
    )
    target = FOUNDRY_VOICE_AGENTS.target("ignored", agent="front desk")
    assert target == "/agents/front%20desk/endpoint/protocols/voice?api-version=v1"


def test_a_version_of_the_future_is_spoken_to_as_the_newest() -> None:
    assert voice_live("2027-01-01") is VOICE_LIVE["2026-07-15"]


def test_settings_an_old_version_does_not_know_are_not_sent() -> None:
    wanted = SessionUpdate({"voice": "alloy", "reasoning_effort": "low", "parallel_tool_calls": False})
    assert VOICE_LIVE["2025-10-01"].encode(wanted)["session"] == {"voice": "alloy"}
    assert VOICE_LIVE["2026-07-15"].encode(wanted)["session"] == wanted.session
    assert "parallel_tool_calls" in VOICE_LIVE["2026-04-10"].missing_settings()


@pytest.mark.parametrize(
    ("dialect", "written"),
    [
        (VOICE_LIVE["2026-07-15"], {"response": {"voice": "alloy"}, "additional_instructions": "Be brief."}),
        (
            VOICE_LIVE["v1"],
            {"response": {"additional_instructions": "Be brief.", "audio": {"output": {"voice": "alloy"}}}},
        ),
        (OPENAI, {"response": {"instructions": "Be brief.", "audio": {"output": {"voice": "alloy"}}}}),
    ],
)
def test_instructions_for_one_response_go_where_the_dialect_has_them(dialect: Dialect, written: dict[str, Any]) -> None:
    event = ResponseCreate({"voice": "alloy"}, "Be brief.")
    assert dialect.encode(event) == {"type": "response.create", **written}
    if dialect is not OPENAI:
        assert dialect.decode_client(json.dumps({"type": "response.create", **written})) == event


def test_unknown_events_pass_through_untouched() -> None:
    said = {"type": "session.subagent.started", "session": {"audio": {}}, "url": "x"}
    for dialect in DIALECTS.values():
        event = dialect.decode_server(json.dumps(said))
        assert isinstance(event, UnknownServerEvent)
        assert dialect.encode(event)["type"] == "session.subagent.started"


def test_who_is_let_in_how() -> None:
    assert VOICE_LIVE["2026-07-15"].key_in_query
    assert not VOICE_LIVE["v1"].key_in_query
    assert OPENAI.key_header == ""
    assert (FOUNDRY_VOICE_AGENTS.keys, FOUNDRY_VOICE_AGENTS.subprotocol) == (False, "realtime")
