from __future__ import annotations

from collections.abc import Coroutine
from types import SimpleNamespace
from typing import Any

from a_call import CALLER, connected, told
from fake_app import FakeVoice, speech

from voiceagent.emulators.acs.hearing import Hearing
from voiceagent.emulators.acs.media_requests import RecognizeRequest
from voiceagent.emulators.acs.state import Call
from voiceagent.emulators.acs.studio import Line, Studio, over_the_line
from voiceagent.emulators.acs.transcriber import Transcriber

WORDS = over_the_line("Hello", speech(400), 24_000, 24_000, Line("wideband"))


class Ear:
    def transcribe(self, pcm: bytes) -> Any:
        assert len(pcm) == 400 * 32
        return SimpleNamespace(text="Hallo", confidence=-0.1)


async def hear(call: Call, ear: Any = None) -> int:
    """The caller begins to speak at 2000; returns how often something had to be understood."""
    studio, work = Studio(FakeVoice, ear), list[Coroutine[Any, Any, None]]()
    caller: Any = SimpleNamespace(spoken=[(2_000.0, WORDS)])
    transcriber = Transcriber(call, headers=dict, changed=lambda: None)
    hearing = Hearing(call, caller, transcriber, studio=studio, rate=24_000, now=lambda: 2_500, start=work.append)
    for now in range(2_000, 2_600, 20):
        hearing.tick(now)
    for one in work:
        await one
    studio.close()
    return len(work)


async def test_nothing_is_understood_that_nobody_asked_for() -> None:
    assert await hear(connected()) == 0


async def test_a_recognition_gets_what_the_script_says() -> None:
    call = connected()
    call.prompting.recognize(RecognizeRequest(("speech",), CALLER, end_silence_ms=100), 1_900)
    assert await hear(call) == 1
    call.tick(2_600)
    assert told(call) == ["RecognizeCompleted"]


async def test_an_ear_is_believed_more_than_the_script() -> None:
    call = connected()
    call.prompting.recognize(RecognizeRequest(("speech",), CALLER, end_silence_ms=100), 1_900)
    await hear(call, Ear)
    call.tick(2_600)
    (notice,) = call.drain()
    assert notice.facts["speech_result"]["speech"] == "Hallo"  # type: ignore[union-attr]
