"""A conversation as a test writes it: what happens when, in virtual time, which rules it is there for, and how it ends."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from voiceagent.call import commands as c
from voiceagent.call import events as e
from voiceagent.call.session import Session
from voiceagent.call.settings import SessionSettings
from voiceagent.capture.witness import WitnessedPlayback, WitnessedSession
from voiceagent.capture.write import CaptureWriter
from voiceagent.discreet import Words
from voiceagent.replay.difference import Difference
from voiceagent.replay.exact import ExactReplay
from voiceagent.testing.factories import opening, session_settings
from voiceagent.testing.lane import SilentLane
from voiceagent.testing.rehearsal import Rehearsal


@dataclass(frozen=True)
class Audio:
    reply: str
    item: str
    ms: float


Happening = tuple[float, e.Event | Audio]


@dataclass(frozen=True)
class Conversation:
    name: str
    edges: str
    """`table: state/signal state/signal`, one table a line."""
    happens: Sequence[Happening]
    until: float = 0.0
    settings: Mapping[str, Any] = field(default_factory=dict)
    ends: Callable[[list[c.Command]], bool] = lambda _: True
    """What must have gone out in the end."""
    opened: bool = True
    """The call begins with an engine that tells no lifetime."""

    def claimed(self) -> set[tuple[str, str, str]]:
        found = set()
        for line in filter(None, map(str.strip, self.edges.splitlines())):
            table, _, edges = line.partition(":")
            found |= {(table.strip(), *edge.split("/")) for edge in edges.split()}
        return {(table, state, signal) for table, state, signal in found}

    def play(self, writer: CaptureWriter | None = None) -> list[c.Command]:
        """What goes out; every step goes into a capture as well, if there is a writer."""
        settings = session_settings(**({"silence_after_ms": None} | dict(self.settings)))
        call = Rehearsal(settings) if writer is None else _Written(settings, writer)
        call.start()
        if self.opened:
            call.play(opening())
        for at_ms, what in self.happens:
            if isinstance(what, Audio):
                call.audio(at_ms, what.reply, what.item, what.ms)
            else:
                call.happens(at_ms, what)
        call.pass_until(max(self.until, call.now))
        return [command for _, command in call.log]


class _Written(Rehearsal):
    """A rehearsal whose every step goes into a capture."""

    def __init__(self, settings: SessionSettings, writer: CaptureWriter) -> None:
        super().__init__(settings)
        self.playback = WitnessedPlayback(call_id="c", writer=writer)
        session = Session(settings, self.playback)
        self.session = WitnessedSession(session, call_id="c", writer=writer, settings=settings)  # type: ignore[assignment]
        self.lane = SilentLane(self.playback, ahead_ms=200.0)


def difference_when_replayed(conversation: Conversation, folder: Path) -> Difference | None:
    """What an exact replay of the conversation's capture, in which all words are hidden, decides otherwise; None: nothing."""
    with CaptureWriter(folder, policy="redacted", engine="scripted", key=b"k" * 32) as writer:
        conversation.play(writer)
        path = writer.path("c")
    assert path is not None
    replay = ExactReplay(path)
    replay.run()
    return replay.comparing.first


def begins(item: str, at: float) -> Happening:
    return at, e.CallerSpeechStarted(item, int(at))


def stops(item: str, at: float, text: str | None = None) -> list[Happening]:
    """The engine ends a turn; with `text` it knows its words 200 ms later."""
    told: list[Happening] = [(at, e.CallerSpeechStopped(item, int(at))), (at, e.CallerTurnCommitted(item))]
    return [*told, *([] if text is None else [(at + 200, e.CallerTranscribed(item, Words(text)))])]


def reply(number: int, at: float, ms: float = 0.0, *, done: bool = True) -> list[Happening]:
    """A reply, with `ms` of audio if there is any."""
    name, item = f"r{number}", f"i{number}"
    told: list[Happening] = [(at, e.ReplyStarted(name)), (at, e.ReplyItemAdded(name, item, "speech"))]
    if ms:
        told += [(at, e.ReplyWordsArrived(name, item, Words("one two three"))), (at, Audio(name, item, ms))]
        told.append((at, e.ReplyAudioEnded(name, item)))
    return [*told, *([(at, e.ReplyEnded(name, "completed"))] if done else [])]


def has(*kinds: type[c.Command]) -> Callable[[list[c.Command]], bool]:
    return lambda out: {type(command) for command in out} >= set(kinds)


def never(*kinds: type[c.Command]) -> Callable[[list[c.Command]], bool]:
    return lambda out: not {type(command) for command in out} & set(kinds)
