"""Which media operations may run beside which others, as Azure documents it; a forbidden pair is a 412/8583."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from voiceagent.emulators.acs.errors import Refusal

Media = Literal["PlayToAll", "PlayTo", "Recognize", "GroupRecognize", "ContinuousDtmf", "SendDtmf"]
"""`Recognize` is that of a call with one other participant, `GroupRecognize` that of a larger one."""

EXCLUSIVE: frozenset[Media] = frozenset(("PlayTo", "GroupRecognize", "SendDtmf"))
"""While one of these runs, nothing of `WAITS` may begin."""

WAITS: frozenset[Media] = EXCLUSIVE | {"ContinuousDtmf"}


def must_fit(wanted: Media, running: Iterable[Media]) -> None:
    """Refuse what must not begin beside what runs."""
    if wanted not in WAITS:
        return
    for other in running:
        if other in EXCLUSIVE:
            raise Refusal(412, "8583", f"{wanted} is not compatible with {other}, which is in progress.")
