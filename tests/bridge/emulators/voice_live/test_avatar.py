from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

OFFER = base64.b64encode(json.dumps({"type": "offer", "sdp": "v=0"}).encode()).decode()
AVATAR = {"character": "lisa", "style": "casual-sitting", "customized": False}


def test_an_offer_is_answered_and_the_face_is_told_when_to_speak(stage: Callable[..., Any]) -> None:
    one = stage(model="gpt-4o")
    one.update(avatar=AVATAR)
    assert one.client("session.avatar.connect", client_sdp=OFFER) == ["session.avatar.connecting"]
    answer = json.loads(base64.b64decode(one.last("session.avatar.connecting")["server_sdp"]))
    assert answer["type"] == "answer"
    one.client("response.create")
    assert "session.avatar.switch_to_speaking" in one.say("Hello.")
    assert one.done()[-1] == "session.avatar.switch_to_idle"


def test_without_an_avatar_there_is_nothing_to_connect(stage: Callable[..., Any]) -> None:
    one = stage(model="gpt-4o")
    assert one.client("session.avatar.connect", client_sdp=OFFER) == ["error"]
    assert one.last("error")["error"]["param"] == "session.avatar"


def test_an_offer_that_is_none_is_refused(stage: Callable[..., Any]) -> None:
    one = stage(model="gpt-4o")
    one.update(avatar=AVATAR)
    for sdp in ("", "v=0", base64.b64encode(b"[]").decode(), base64.b64encode(b"{}").decode()):
        assert one.client("session.avatar.connect", client_sdp=sdp) == ["error"]
        assert one.last("error")["error"]["code"] == "missing_sdp"


def test_webrtc_is_refused_in_its_own_words(stage: Callable[..., Any]) -> None:
    from voiceagent.protocol.dialects import VOICE_LIVE

    one = stage(offer={"dialect": VOICE_LIVE["2026-06-01-preview"]})
    assert one.client("rtc.call.sdp.create", sdp_offer="v=0") == ["rtc.call.error"]
    assert stage().client("rtc.call.sdp.create", sdp_offer="v=0") == ["error"]
