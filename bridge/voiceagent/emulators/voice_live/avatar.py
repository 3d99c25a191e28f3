"""Pictures, of which there are none here: how a service answers that takes the offer and has no camera.

An avatar that is connected is told when to speak and when to idle; no video comes. WebRTC is refused in its own words.
unverified: vl-avatar
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any

from voiceagent.emulators.voice_live import errors
from voiceagent.emulators.voice_live.answers import Event, event

_SILENT_ANSWER = "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=inactive\r\n"
"""A session description that accepts nothing."""


def connecting(session: Mapping[str, Any], client_sdp: str) -> Event:
    """The answer to `session.avatar.connect`; raises `Refusal`."""
    if session.get("avatar") is None:
        raise errors.Refusal("The session has no avatar.", param="session.avatar")
    try:
        offer = json.loads(base64.b64decode(client_sdp, validate=True))
    except (binascii.Error, ValueError):
        offer = None
    if not isinstance(offer, dict) or not offer.get("sdp"):
        raise errors.Refusal(
            "The client's SDP is missing or is not base64 of a JSON offer.", code="missing_sdp", param="client_sdp"
        )
    answer = json.dumps({"type": "answer", "sdp": _SILENT_ANSWER})
    return event("session.avatar.connecting", server_sdp=base64.b64encode(answer.encode()).decode())


def no_webrtc() -> Event:
    """The answer to an offered WebRTC connection."""
    fault = {"type": "server_error", "code": "webrtc_unavailable", "message": "WebRTC is not available here."}
    return event("rtc.call.error", operation="sdp.create", rtc_call_id=None, error=fault)
