from __future__ import annotations

import pytest
from a_call import MEDIA, connected, told

from voiceagent.emulators.acs.effects import CloseMedia, OpenMedia, Result
from voiceagent.emulators.acs.errors import Refusal
from voiceagent.emulators.acs.requests import Operation


def test_it_is_stopped_and_started_again() -> None:
    call = connected(media=MEDIA)
    call.streaming.stop(Operation())
    assert call.drain()[0] == CloseMedia()
    call.streaming.start(Operation("again"))
    (opening,) = call.drain()
    assert isinstance(opening, OpenMedia)
    call.streaming.opened(3_000)
    assert (told(call), call.streaming.state) == (["MediaStreamingStarted"], "active")
    with pytest.raises(Refusal):
        call.streaming.start(Operation())


def test_what_happens_to_the_socket_after_the_call_is_not_told() -> None:
    call = connected(media=MEDIA)
    call.hang_up(2_000, for_everyone=True)
    call.drain()
    call.streaming.opened(2_100)
    call.streaming.failed(2_100, "x", Result())
    assert told(call) == []
