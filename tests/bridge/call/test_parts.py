from __future__ import annotations

from voiceagent.call import commands as c
from voiceagent.testing.factories import begun


def test_a_phase_is_noted_once() -> None:
    call = begun()
    call.parts.phase("transferring")
    call.parts.phase("transferring")
    assert call.parts.take() == [c.PhaseNoted("transferring")]
