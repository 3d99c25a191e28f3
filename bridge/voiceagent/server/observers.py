"""Everybody who watches the calls of a bridge: captures, reports (in memory and on disk) and the live feed."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from voiceagent.agent.project import AgentProject
from voiceagent.call.playback import Playback
from voiceagent.call.settings import SessionSettings
from voiceagent.capture.keys import pseudonym_key, writing_key
from voiceagent.capture.one import remedy_of
from voiceagent.capture.seal import Envelope
from voiceagent.capture.witness import WitnessedPlayback, WitnessedSession
from voiceagent.capture.write import CaptureWriter
from voiceagent.config.schema import Settings
from voiceagent.config.secrets import secret_values
from voiceagent.observe.feed import Feed
from voiceagent.observe.fold import CallFold
from voiceagent.observe.report import ReportSink
from voiceagent.observe.store import ReportStore
from voiceagent.observe.telemetry import telemetry
from voiceagent.ports import Sink, WireTap
from voiceagent.runtime.runner import CallSession

PRIVATE = ".voiceagent"
"""What a project keeps for itself on this machine; git ignores it."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Observers:
    """The watchers of one process."""

    reports: ReportSink
    feed: Feed
    store: ReportStore
    captures: CaptureWriter | None
    """None when the policy is off."""

    @property
    def sinks(self) -> tuple[Sink, ...]:
        """Who gets the notes. The capture comes first, so that a report can name it."""
        writer = () if self.captures is None else (self.captures,)
        return (*writer, self.reports, self.feed)

    @property
    def taps(self) -> tuple[WireTap, ...]:
        """Who sees the wire."""
        return () if self.captures is None else (self.captures,)

    def witness(self, call_id: str, session: CallSession, settings: SessionSettings) -> CallSession:
        """The session with its steps written down."""
        if self.captures is None:
            return session
        return WitnessedSession(session, call_id=call_id, writer=self.captures, settings=settings)

    def learn(self, settings: Settings) -> None:
        """Secrets that came with changed settings: they reach the disk as little as those before them."""
        if self.captures is not None:
            self.captures.learn(secret_values(settings))

    def account(self, call_id: str) -> Playback:
        """The playback account of a call, with everything that changes it written down."""
        return Playback() if self.captures is None else WitnessedPlayback(call_id=call_id, writer=self.captures)


@contextmanager
def observing(project: AgentProject, *, engine: str) -> Iterator[Observers]:
    """The watchers that the project's settings ask for, while the block runs."""
    settings = project.settings
    directory = project.dir / settings.capture.directory
    policy = settings.capture.policy
    key = writing_key(settings.capture)
    envelope = None if key is None else Envelope(key)
    store = ReportStore(directory, policy=policy, seal=lambda: envelope)
    facts = {"agent": settings.agent.name, "hash": project.hash}

    def keep(fold: CallFold) -> None:
        if told is not None:
            told.ended(fold.report())
        try:
            store.write(fold)
        except OSError as error:  # a full disk costs the report on disk, never the call
            if not not_captured(fold.call_id):  # else it was told of the capture: once is enough
                remedy = remedy_of(error)
                _log.warning("the report of call %s is not written: %s: %s; %s", fold.call_id, directory, error, remedy)

    with (
        telemetry(settings.telemetry) as told,
        CaptureWriter(
            directory,
            policy=policy,
            project=facts,
            engine=engine,
            secrets=secret_values(settings),
            key=None if policy == "off" else pseudonym_key(project.dir / PRIVATE),
            seal=key,
        ) as captures,
    ):

        def capture_of(call_id: str) -> str | None:
            path = captures.kept(call_id)
            if path is None:
                return None
            return str(path.relative_to(project.dir) if path.is_relative_to(project.dir) else path)

        def not_captured(call_id: str) -> str:
            why = captures.failure(call_id)
            return f"the capture was not written: {why}" if why and captures.kept(call_id) is None else ""

        reports = ReportSink(ended=keep, capture_of=capture_of, not_captured=not_captured)
        yield Observers(reports, Feed(), store, None if policy == "off" else captures)
