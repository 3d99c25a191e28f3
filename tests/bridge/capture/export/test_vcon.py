"""A call as a vCon."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

import pytest

from voiceagent.capture.export.vcon import vcon
from voiceagent.capture.records import Header, NoteRecord

HEADER = Header("c1", "2026-11-22T05:00:00.000Z", "full", project={"agent": "orders"})
REPORT = {"turns": [{"role": "caller", "text": "Hi", "start_ms": 500, "end_ms": 900}], "outcome": "completed"}


def made(caller: str = "+14255550123", *, audio: bytes | None = b"RIFF sound", **more: Any) -> dict[str, Any]:
    began = NoteRecord(0.0, "CallBeganNoted", {"caller": caller, "called": "+14255550199"})
    return vcon(HEADER, [began], REPORT, audio=audio, duration_ms=1234.5, **more)


def test_it_has_what_the_draft_requires() -> None:
    document = made()
    assert document["vcon"] == "0.4.0"
    assert set(document) == {"vcon", "uuid", "created_at", "subject", "parties", "dialog", "analysis", "attachments"}
    assert document["created_at"] == HEADER.created
    assert document["uuid"] == made()["uuid"]
    assert all(one["vendor"] == "voiceagent" for one in document["analysis"])


@pytest.mark.parametrize(
    ("caller", "party"),
    [
        ("+14255550123", {"tel": "+14255550123", "role": "customer"}),
        ("+02345678901", {"name": "+02345678901", "role": "customer"}),
        ("8:acs:x", {"name": "8:acs:x", "role": "customer"}),
        ("", {"role": "customer"}),
    ],
)
def test_a_number_is_a_tel_and_a_pseudonym_is_a_name(caller: str, party: dict[str, str]) -> None:
    assert made(caller)["parties"] == [party, {"tel": "+14255550199", "name": "orders", "role": "agent"}]


def test_the_recording_is_inside() -> None:
    [dialog] = made()["dialog"]
    assert (dialog["type"], dialog["parties"], dialog["duration"], dialog["encoding"]) == (
        "recording",
        [0, 1],
        1.234,
        "base64url",
    )
    assert base64.urlsafe_b64decode(dialog["body"] + "==") == b"RIFF sound"


def test_or_elsewhere_with_its_hash() -> None:
    [dialog] = made(audio_url="https://x.example/c1.wav")["dialog"]
    assert "body" not in dialog
    assert dialog["url"] == "https://x.example/c1.wav"
    digest = base64.urlsafe_b64decode(dialog["content_hash"].removeprefix("sha512-") + "==")
    assert digest == hashlib.sha512(b"RIFF sound").digest()


def test_a_call_without_its_recording_still_has_its_transcript_and_report() -> None:
    document = made(audio=None)
    assert document["dialog"] == []
    transcript, report = document["analysis"]
    assert json.loads(transcript["body"]) == [{"party": 0, "start": 0.5, "end": 0.9, "text": "Hi"}]
    assert json.loads(report["body"]) == REPORT
    assert "dialog" not in transcript
