"""The caller of a bare recording: no engine dated the turns, so a voice detector finds them, on both sides."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from voiceagent.audio.formats import Format
from voiceagent.capture.export.sound import sound_of
from voiceagent.capture.records import Record, Wire
from voiceagent.errors import RemoteProtocolError, UserError
from voiceagent.protocol.acs_media import DtmfData, decode
from voiceagent.replay.speech import LEAD_MS, TAIL_MS, Agent, Spoken, Utterance

Voiced = Callable[..., list[tuple[float, float]]]
"""Finds the turns in PCM of a rate: `local.voices.voiced`."""

_PATIENT_MS = 1_000
"""Where only the caller was recorded, nobody tells a pause for thought from the agent's turn, which takes longer than this."""


def overheard(records: Iterable[Record], voiced: Voiced) -> Spoken:
    """What was said in a recording. UserError when nobody spoke in it."""
    kept = list(records)
    sound = sound_of(kept)
    alone = not any(sound.agent)
    turns = voiced(sound.caller, sound.rate, silence_ms=_PATIENT_MS) if alone else voiced(sound.caller, sound.rate)
    keys = tuple(_keys(kept))
    if not turns and not keys:
        raise UserError("nobody speaks in the recording", remedy="look whether the caller is its first channel")
    agent = () if alone else tuple(Agent(start, end) for start, end in voiced(sound.agent, sound.rate))
    caller = tuple(_cut(sound.caller, Format(sound.rate), start, end) for start, end in turns)
    return Spoken(sound.rate, caller, agent, keys, alone=alone)


def _cut(pcm: bytes, format_: Format, start: float, end: float) -> Utterance:
    lead = min(LEAD_MS, start)
    first, last = (format_.bytes(at) for at in (start - lead, end + TAIL_MS))
    return Utterance(start, end, lead, pcm[first:last])


def _keys(records: Iterable[Record]) -> Iterator[tuple[float, str]]:
    for record in records:
        if isinstance(record, Wire) and record.edge == "media" and record.direction == "in" and record.frame:
            try:
                frame = decode(record.frame)
            except RemoteProtocolError:
                continue
            if isinstance(frame, DtmfData):
                yield record.at_ms, frame.key
