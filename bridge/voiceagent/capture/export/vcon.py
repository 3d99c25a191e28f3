"""A call as a vCon (draft-ietf-vcon-vcon-core): who, the recording, the transcript, and our report as an analysis."""

from __future__ import annotations

import base64
import hashlib
import json
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from voiceagent import __version__
from voiceagent.capture.records import Header, NoteRecord, Record

VERSION = "0.4.0"
MEDIA_TYPE = "audio/x-wav"
_CALLER, _AGENT = 0, 1
_VENDOR = "voiceagent"


def vcon(
    header: Header,
    records: Sequence[Record],
    report: Mapping[str, Any],
    *,
    audio: bytes | None,
    duration_ms: float,
    audio_url: str = "",
) -> dict[str, Any]:
    """The document. `audio` is a stereo WAV file, inside; with `audio_url` only its address and hash are. None: none."""
    dialog = [] if audio is None else [_recording(header, audio, duration_ms, audio_url)]
    about = {"dialog": 0} if dialog else {}
    analysis = [
        _analysis("transcript", _transcript(report), "voiceagent-turns", about),
        _analysis("report", dict(report), "voiceagent-report", about),
    ]
    return {
        "vcon": VERSION,
        "uuid": str(uuid.uuid5(uuid.NAMESPACE_URL, f"urn:voiceagent:call:{header.call_id}:{header.policy}")),
        "created_at": header.created,
        "subject": f"Call to {header.project.get('agent') or 'an agent'}",
        "parties": _parties(header, records),
        "dialog": dialog,
        "analysis": analysis,
        "attachments": [],
    }


def _parties(header: Header, records: Sequence[Record]) -> list[dict[str, Any]]:
    began = next((one.fields for one in records if isinstance(one, NoteRecord) and one.type == "CallBeganNoted"), {})
    agent = {"name": header.project.get("agent") or "agent", "role": "agent"}
    return [
        {**_address(str(began.get("caller") or "")), "role": "customer"},
        {**_address(str(began.get("called") or "")), **agent},
    ]


def _address(text: str) -> dict[str, str]:
    """A number as `tel`; a pseudonym is none, and neither is the id of somebody without a telephone."""
    if text.startswith("+") and not text.startswith("+0"):
        return {"tel": text}
    return {"name": text} if text else {}


def _recording(header: Header, audio: bytes, duration_ms: float, url: str) -> dict[str, Any]:
    about = {
        "type": "recording",
        "start": header.created,
        "duration": round(duration_ms / 1000, 3),
        "parties": [_CALLER, _AGENT],
        "originator": _CALLER,
        "mediatype": MEDIA_TYPE,
        "filename": f"{header.call_id}.wav",
    }
    if url:
        digest = base64.urlsafe_b64encode(hashlib.sha512(audio).digest()).rstrip(b"=").decode()
        return {**about, "url": url, "content_hash": f"sha512-{digest}"}
    return {**about, "body": base64.urlsafe_b64encode(audio).rstrip(b"=").decode(), "encoding": "base64url"}


def _transcript(report: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "party": _CALLER if turn["role"] == "caller" else _AGENT,
            "start": turn["start_ms"] / 1000,
            "end": turn["end_ms"] / 1000,
            "text": turn["text"],
        }
        for turn in report["turns"]
    ]


def _analysis(kind: str, body: Any, schema: str, about: Mapping[str, int]) -> dict[str, Any]:
    made_by = {"vendor": _VENDOR, "product": f"{_VENDOR} {__version__}", "schema": schema}
    content = {"mediatype": "application/json", "encoding": "json", "body": json.dumps(body, ensure_ascii=False)}
    return {"type": kind, **about, **made_by, **content}
