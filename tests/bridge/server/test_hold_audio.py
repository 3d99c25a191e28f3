"""What a caller on hold hears, and who may fetch it."""

from __future__ import annotations

import io
import wave
from typing import Any

from voiceagent.server.hold_audio import hold_tones


def test_the_tones_are_in_the_one_format_that_azure_plays() -> None:
    with wave.open(io.BytesIO(hold_tones())) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (16_000, 1, 2)
        assert 5 < file.getnframes() / 16_000 < 10


async def test_only_a_call_that_goes_on_has_hold_audio(bench: Any) -> None:
    live = await bench.live()
    token = bench.path("one", "callbacks").rsplit("/", 1)[1]
    answer = await bench.http.get(f"/hold/{live.call_id}/{token}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "audio/wav")
    assert (await bench.http.get(f"/hold/{live.call_id}/wrong")).status_code == 403
