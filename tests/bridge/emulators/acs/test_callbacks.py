"""Callbacks on the wire: as the service shapes them, signed, in order, with patience for an app that stumbles."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime

import httpx
import pytest
from a_call import APP, CALLER, HUMAN, MEDIA, connected

from voiceagent.emulators.acs import callbacks as module
from voiceagent.emulators.acs.callbacks import CallbackPost, callback, service_time
from voiceagent.emulators.acs.diary import Diary
from voiceagent.emulators.acs.effects import Notice, Result
from voiceagent.emulators.acs.ids import Ids
from voiceagent.emulators.acs.requests import Operation
from voiceagent.protocol import acs_callbacks as wire


def made(notice: Notice) -> wire.Callback:
    return callback(notice, connected(), event_id="e", time="t", wall_of=lambda at: f"wall {at}")


def test_participants_become_identifiers() -> None:
    report = made(Notice("AddParticipantFailed", APP, "ctx", Result(603, 8538, "no", (603, "Decline")), {"participant": HUMAN}))
    assert isinstance(report, wire.AddParticipantFailed)
    assert report.participant is not None
    assert (report.participant.raw_id.shown, report.operation_context) == (HUMAN, "ctx")
    assert report.result == wire.Result(603, 8538, "no", wire.Cause(603, "Decline"))


def test_the_roster_keeps_its_number_and_states() -> None:
    call = connected()
    call.tell_roster()
    (notice,) = call.drain()
    assert isinstance(notice, Notice)
    report = callback(notice, call, event_id="e", time="t", wall_of=str)
    assert isinstance(report, wire.ParticipantsUpdated)
    assert report.sequence_number == 2
    assert [(one.identifier.raw_id.shown, one.is_muted) for one in report.participants] == [
        (CALLER, False),
        (call.app_id, False),
    ]


def test_media_and_recording_reports_have_their_own_members() -> None:
    media = made(Notice("MediaStreamingStarted", APP, None, Result(), {"status": "mediaStreamingStarted", "details": "x"}))
    assert isinstance(media, wire.MediaStreamingStarted)
    assert media.media_streaming_update == wire.MediaStreamingUpdate("Audio", "mediaStreamingStarted", "x")
    recorded = made(Notice("RecordingStateChanged", APP, None, None, {"recording_id": "r", "state": "active", "began": 5}))
    assert isinstance(recorded, wire.RecordingStateChanged)
    assert (recorded.start_date_time, recorded.recording_kind) == ("wall 5", "azureCommunicationServices")


def test_every_notice_of_a_long_call_can_be_written_and_read() -> None:
    call = connected(media=MEDIA)
    call.streaming.stop(Operation("stop"))
    call.members.mute(call.app_id)
    call.join(HUMAN, 2_000)
    call.members.remove(HUMAN, Operation(), 3_000)
    call.hang_up(4_000, for_everyone=True)
    for effect in call.drain():
        if isinstance(effect, Notice):
            report = callback(effect, call, event_id="e", time="t", wall_of=str)
            assert wire.decode(json.dumps([wire.encode(report)])) == [report]


def test_times_have_seven_decimals_and_an_offset() -> None:
    assert service_time(datetime(2026, 11, 22, 8, 5, 1, 123456, UTC)) == "2026-11-22T08:05:01.1234560+00:00"


class Desk:
    """A post whose app answers with the statuses given, then with 200."""

    def __init__(self, statuses: list[int | type[Exception]], attempts: int = 3) -> None:
        self.statuses = statuses
        self.taken: list[tuple[str, str]] = []
        self.tokens = 0
        self.diary = Diary(0)
        self.client = httpx.AsyncClient(transport=httpx.MockTransport(self._answer))
        self.post = CallbackPost(
            self.client, token=self._token, diary=self.diary, now=lambda: 0.0, ids=Ids(1), attempts=attempts
        )

    def put(self, kind: type[wire.Callback], uri: str = APP) -> None:
        self.post.put(uri, kind(event_id=kind.TYPE))

    def _token(self) -> str:
        self.tokens += 1
        return f"token-{self.tokens}"

    def _answer(self, request: httpx.Request) -> httpx.Response:
        status = self.statuses.pop(0) if self.statuses else 200
        if not isinstance(status, int):
            raise status("no")
        (event,) = json.loads(request.content)
        if status < 300:
            self.taken.append((event["id"], request.headers["authorization"]))
        return httpx.Response(status)


@pytest.fixture
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PAUSES_SECONDS", (0.0,))


async def test_callbacks_are_delivered_in_order_each_with_a_new_token() -> None:
    desk = Desk([])
    for kind in (wire.CallConnected, wire.PlayStarted, wire.CallDisconnected):
        desk.put(kind)
    await desk.post.run()
    assert desk.taken == [
        ("CallConnected", "Bearer token-1"),
        ("PlayStarted", "Bearer token-2"),
        ("CallDisconnected", "Bearer token-3"),
    ]
    assert desk.diary.lines == []


async def test_nothing_follows_the_end_of_the_call() -> None:
    desk = Desk([])
    desk.put(wire.CallDisconnected)
    desk.put(wire.CallConnected)
    await desk.post.run()
    assert [kind for kind, _ in desk.taken] == ["CallDisconnected"]


@pytest.mark.usefixtures("no_pauses")
async def test_an_app_that_stumbles_gets_it_again_and_the_next_one_waits() -> None:
    desk = Desk([500, httpx.ConnectError])
    desk.put(wire.CallConnected)
    desk.put(wire.CallDisconnected)
    await desk.post.run()
    assert [kind for kind, _ in desk.taken] == ["CallConnected", "CallDisconnected"]
    assert [dict(line.facts) for line in desk.diary.lines] == [{"type": "CallConnected", "attempts": 3, "status": 200}]


@pytest.mark.usefixtures("no_pauses")
@pytest.mark.parametrize(
    ("statuses", "attempts", "status"),
    [([400], 1, 400), ([503] * 3, 3, 503), ([httpx.ConnectError] * 3, 3, "ConnectError"), ([429, 404], 2, 404)],
)
async def test_a_callback_that_is_never_taken_is_given_up_and_noted(
    statuses: list[int | type[Exception]], attempts: int, status: int | str
) -> None:
    desk = Desk(statuses)
    desk.put(wire.CallConnected)
    desk.post.close()
    await desk.post.run()
    assert desk.taken == []
    assert [dict(line.facts) for line in desk.diary.lines] == [
        {"type": "CallConnected", "attempts": attempts, "status": status}
    ]


async def test_an_app_that_stalls_forever_loses_the_newest() -> None:
    desk = Desk([])
    for _ in range(module.QUEUE + 1):
        desk.put(wire.PlayStarted)
    assert "was dropped" in desk.diary.lines[0].facts["sentence"]
    desk.post.close()
    async with asyncio.timeout(5):
        await desk.post.run()
    assert len(desk.taken) == module.QUEUE
