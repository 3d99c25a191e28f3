"""The caller of a capture as a script for the emulated phone: the same words with the same manners.

A turn that came after the agent had finished comes as long after it again; one that came while the agent spoke, as long after
the agent began. Two turns between which the agent said nothing are one, with the silence between them: there is nobody to wait
for. Where only the caller was recorded nobody knows, and each turn waits for an answer.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

from voiceagent.audio.wav import wav_bytes
from voiceagent.replay.speech import Agent, Spoken, Utterance

FAST_PAUSE_MS = 250.0
"""The longest pause of a caller in a hurry: the agent may take a breath between two sentences."""

_TOGETHER_MS = 3_000.0  # keys pressed with shorter pauses are one entry


def steps(spoken: Spoken, *, until_ms: float | None = None, fast: bool = False) -> list[dict[str, Any]]:
    """The steps, up to a time of the call."""
    turns = spoken.caller if spoken.alone else _joined(spoken)
    said = [one for one in turns if until_ms is None or one.start_ms <= until_ms]
    timed = [(one.start_ms, _step(spoken, one, before, fast=fast)) for before, one in _with_before(said)]
    timed += [(at_ms, {"dtmf": keys}) for at_ms, keys in _entries(spoken.keys) if until_ms is None or at_ms <= until_ms]
    return [step for _, step in sorted(timed, key=lambda one: one[0])]


def agent_before(agent: Sequence[Agent], utterance: Utterance, after_ms: float) -> tuple[Agent | None, Agent | None]:
    """The first and the last thing the agent began to say between `after_ms` and the utterance."""
    found = [one for one in agent if after_ms <= one.start_ms < utterance.start_ms]
    return (found[0], found[-1]) if found else (None, None)


def _step(spoken: Spoken, utterance: Utterance, after_ms: float, *, fast: bool) -> dict[str, Any]:
    first, last = agent_before(spoken.agent, utterance, after_ms)
    step: dict[str, Any] = {"wav": b64encode(wav_bytes(utterance.pcm, spoken.rate)).decode()}
    if first is None or last is None:
        return step
    if utterance.start_ms < last.end_ms:
        return step | {"after_ms": max(0.0, round(utterance.start_ms - first.start_ms - utterance.lead_ms, 1))}
    pause = max(0.0, utterance.start_ms - last.end_ms - utterance.lead_ms)
    return step | {"pause_ms": round(min(pause, FAST_PAUSE_MS) if fast else pause, 1)}


def _with_before(said: Sequence[Utterance]) -> list[tuple[float, Utterance]]:
    """Each utterance with the end of the one before."""
    return [(0.0, one) for one in said[:1]] + [(before.end_ms, one) for before, one in pairwise(said)]


def _joined(spoken: Spoken) -> list[Utterance]:
    joined: list[Utterance] = []
    for one in spoken.caller:
        before = joined[-1] if joined else None
        if before is None or agent_before(spoken.agent, one, before.end_ms)[0] is not None or _speaking(spoken.agent, one):
            joined.append(one)
            continue
        # What was kept around both lies in the pause between them.
        length = before.start_ms - before.lead_ms + len(before.pcm) / (spoken.rate * 2 / 1000)
        gap = max(0.0, one.start_ms - one.lead_ms - length)
        silence = bytes(int(gap * spoken.rate / 1000) * 2)
        joined[-1] = replace(before, end_ms=one.end_ms, pcm=before.pcm + silence + one.pcm)
    return joined


def _speaking(agent: Sequence[Agent], utterance: Utterance) -> bool:
    return any(one.start_ms < utterance.start_ms < one.end_ms for one in agent)


def _entries(keys: Sequence[tuple[float, str]]) -> list[tuple[float, str]]:
    entries: list[tuple[float, str]] = []
    last = 0.0
    for at_ms, key in keys:
        if entries and at_ms - last < _TOGETHER_MS:
            entries[-1] = (entries[-1][0], entries[-1][1] + key)
        else:
            entries.append((at_ms, key))
        last = at_ms
    return entries
