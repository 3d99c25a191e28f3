"""Participants on hold, and the music they hear meanwhile. Pure.

Whoever is on hold neither hears the call nor is heard in it. Nothing is told but `ParticipantsUpdated`; when the music cannot
be had, `HoldFailed` follows and the participant is in the call again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from voiceagent.emulators.acs import errors
from voiceagent.emulators.acs.effects import HoldCaller, HushPrompt, PreparePrompt, Result, ResumeCaller, SoundPrompt
from voiceagent.emulators.acs.media_requests import HoldRequest

if TYPE_CHECKING:
    from voiceagent.emulators.acs.state import Call


@dataclass(slots=True)
class Music:
    """`ends_at` None: not prepared yet."""

    number: int
    request: HoldRequest
    length_ms: float = 0.0
    ends_at: float | None = None


class Holding:
    """The participants of one call who wait."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._music: dict[str, Music] = {}

    def hold(self, request: HoldRequest, now: float) -> None:
        call = self._call
        call.must_be_connected()
        member = call.participant(request.target)
        if request.target == call.app_id:
            raise errors.invalid("TargetParticipant")
        if request.music is not None and request.music.kind == "words":
            call.must_have_speech()
        if member.on_hold:
            raise errors.wrong_state("the participant is on hold.")
        member.on_hold = True
        if request.target == call.order.caller:
            call.waits()
        self._caller_waits(request.target, HoldCaller())
        call.diary.note("hold", now, participant=request.target)
        if request.music is not None:
            music = self._music[request.target] = Music(call.prompt_number(), request)
            call.ask(PreparePrompt(music.number, (request.music,)))
        call.tell_roster()

    def unhold(self, target: str, now: float) -> None:
        self._call.must_be_connected()
        if not self._call.participant(target).on_hold:
            raise errors.wrong_state("the participant is not on hold.")
        self._release(target, now)

    def prepared(self, number: int, length_ms: float, now: float) -> None:
        for music in self._music.values():
            if music.number == number:
                music.length_ms = length_ms
                self._sound(music, now)

    def not_prepared(self, number: int, result: Result, now: float) -> None:
        for target, music in list(self._music.items()):
            if music.number == number:
                self._call.tell("HoldFailed", music.request.operation, result)
                self._release(target, now)

    def tick(self, now: float) -> None:
        for music in self._music.values():
            if music.ends_at is not None and now >= music.ends_at and music.length_ms > 0:
                self._sound(music, music.ends_at)

    def close(self) -> None:
        self._music.clear()

    def _sound(self, music: Music, now: float) -> None:
        music.ends_at = now + music.length_ms
        self._call.ask(SoundPrompt(music.number, audible=music.request.target == self._call.order.caller))

    def _release(self, target: str, now: float) -> None:
        music = self._music.pop(target, None)
        if music is not None and music.ends_at is not None and target == self._call.order.caller:
            self._call.ask(HushPrompt())
        self._call.participant(target).on_hold = False
        if self._call.human_on_line and target == self._call.order.caller:
            self._call.meets_human(now)
        else:
            self._caller_waits(target, ResumeCaller())
        self._call.diary.note("unhold", now, participant=target)
        self._call.tell_roster()

    def _caller_waits(self, target: str, effect: HoldCaller | ResumeCaller) -> None:
        if target == self._call.order.caller:
            self._call.ask(effect)
