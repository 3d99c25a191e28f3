"""Call control of one call: what is asked of the service, and what its answers and reports lead to."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest
from azure.core.exceptions import AzureError, HttpResponseError

from voiceagent.call import commands as c
from voiceagent.call import events as e
from voiceagent.config.handover import TransferTarget
from voiceagent.config.schema import RecordingSection
from voiceagent.control import acs as module
from voiceagent.control.acs import AcsControl
from voiceagent.control.acs_transfers import Manners
from voiceagent.discreet import Words
from voiceagent.errors import RemoteError
from voiceagent.protocol import acs_callbacks as acs
from voiceagent.protocol.identifiers import from_raw_id, phone

MANNERS = Manners(
    {"sales": TransferTarget(phone_number="+14255550123")},
    caller_id="+14255550199",
    call_id="ab12",
    caller="4:+14255550100",
    hold_audio="https://us/hold/1/t",
)
TRANSFER = c.TransferCaller("sales", Words("asked"), 30)


class Service:
    """Stands for the SDK's two clients; remembers what was asked and answers as told."""

    def __init__(self, **errors: tuple[int, str]) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.errors = errors
        self.before_answering: Callable[[str], None] = lambda _: None

    async def _request(self, name: str, options: dict[str, Any]) -> None:
        self.asked.append((name, options))
        self.before_answering(name)
        await asyncio.sleep(0)
        if name in self.errors:
            status, code = self.errors[name]
            error = HttpResponseError("refused")
            error.status_code = status
            error.error = SimpleNamespace(code=code, message="refused")  # type: ignore[assignment]  # as azure-core builds it
            raise error

    async def answer_call(self, context: str, callback: str, **options: Any) -> Any:
        await self._request("answer", {"context": context, "callback": callback, **options})
        return SimpleNamespace(
            call_connection_id="ccid", server_call_id="server", answered_by=SimpleNamespace(raw_id="8:acs:us")
        )

    async def reject_call(self, context: str, **options: Any) -> None:
        await self._request("reject", options)

    async def start_recording(self, **options: Any) -> None:
        await self._request("record", options)

    def get_call_connection(self, connection_id: str) -> Service:
        assert connection_id == "ccid"
        return self

    async def hang_up(self, everyone: bool, **_: Any) -> None:
        await self._request("hang_up", {"everyone": everyone})

    async def add_participant(self, target: Any, **options: Any) -> Any:
        await self._request("add", {"target": target.raw_id, **options})
        return SimpleNamespace(invitation_id="inv-1")

    async def transfer_call_to_participant(self, target: Any, **options: Any) -> None:
        await self._request("move", {"target": target.raw_id, **options})

    async def remove_participant(self, target: Any, **_: Any) -> None:
        await self._request("remove", {"target": target.raw_id})

    async def mute_participant(self, target: Any, **_: Any) -> None:
        await self._request("mute", {"target": target.raw_id})

    async def hold(self, target: Any, **options: Any) -> None:
        await self._request("hold", {"target": target.raw_id, **options})

    async def unhold(self, target: Any, **_: Any) -> None:
        await self._request("unhold", {"target": target.raw_id})

    async def cancel_add_participant_operation(self, invitation_id: str, **_: Any) -> None:
        await self._request("cancel", {"invitation_id": invitation_id})

    def names(self) -> list[str]:
        return [name for name, _ in self.asked]


class Bench:
    def __init__(
        self, service: Service | None = None, *, recording: RecordingSection | None = None, rate: int = 24_000
    ) -> None:
        self.service = service or Service()
        self.events: list[e.Event] = []
        self.control = AcsControl(
            cast(Any, self.service),
            incoming_call_context="context",
            correlation_id="corr-1",
            callback_url="https://us/callbacks/1/t",
            media_url="wss://us/media/1/t",
            sample_rate=rate,
            manners=MANNERS,
            recording=recording or RecordingSection(),
        )
        self.control.deliver = self.events.append


async def answered(**more: Any) -> Bench:
    bench = Bench(**more)
    await bench.control.answer()
    return bench


@pytest.mark.parametrize(("rate", "format_"), [(24_000, "pcm24KMono"), (16_000, "pcm16KMono")])
async def test_answering_asks_for_audio_both_ways_and_keys(rate: int, format_: str) -> None:
    bench = await answered(rate=rate)
    name, options = bench.service.asked[0]
    media = options["media_streaming"]
    assert (name, options["context"], options["callback"]) == ("answer", "context", "https://us/callbacks/1/t")
    assert (media.transport_url, media.audio_format) == ("wss://us/media/1/t", format_)
    assert (media.enable_bidirectional, media.start_media_streaming, media.enable_dtmf_tones) == (True, True, True)
    assert (bench.control.connection_id, bench.control.server_call_id) == ("ccid", "server")
    await bench.control.settled()


async def test_the_same_ring_is_answered_with_the_same_request_id() -> None:
    ids = {(await answered()).service.asked[0][1]["headers"]["Repeatability-Request-ID"] for _ in range(2)}
    assert len(ids) == 1


async def test_a_refused_answer_settles_too() -> None:
    bench = Bench(Service(answer=(403, "7507")))
    with pytest.raises(RemoteError):
        await bench.control.answer()
    await asyncio.wait_for(bench.control.settled(), 1)


@pytest.mark.parametrize(("status", "asked"), [(429, ["answer", "reject"]), (503, ["answer", "reject"]), (403, ["answer"])])
async def test_a_caller_for_whom_the_service_has_no_room_gets_a_busy_signal(status: int, asked: list[str]) -> None:
    bench = Bench(Service(answer=(status, "8516")))
    with pytest.raises(RemoteError):
        await bench.control.answer()
    assert bench.service.names() == asked


async def test_an_answer_that_was_lost_is_asked_for_again_under_the_same_id() -> None:
    breaks = [AzureError("connection reset")]

    def break_off(_: str) -> None:
        if breaks:
            raise breaks.pop()

    bench = Bench()
    bench.service.before_answering = break_off
    await bench.control.answer()
    first, second = (options["headers"]["Repeatability-Request-ID"] for _, options in bench.service.asked)
    assert first == second
    assert bench.control.connection_id == "ccid"
    assert not bench.control.given_up


@pytest.mark.parametrize(("command", "everyone"), [(c.HangUp("silence"), True), (c.LeaveCall(), False)])
async def test_hanging_up_is_for_everyone_and_leaving_is_for_us(command: c.ControlCommand, everyone: bool) -> None:
    bench = await answered()
    await bench.control.carry_out(command)
    assert bench.service.asked[-1] == ("hang_up", {"everyone": everyone})
    assert bench.events == []


async def test_an_agent_that_only_listens_is_muted_by_the_service_as_well() -> None:
    bench = await answered()
    await bench.control.carry_out(c.MuteOurselves())
    assert bench.service.asked[-1] == ("mute", {"target": "8:acs:us"})


@pytest.mark.parametrize("error", [(404, "8522"), (400, "8528")])
async def test_a_call_that_is_gone_already_counts_as_hung_up(error: tuple[int, str]) -> None:
    bench = await answered(service=Service(hang_up=error))
    await bench.control.carry_out(c.HangUp("silence"))
    assert bench.events == [e.CallerLeft("gone already", error[0])]


async def test_another_refusal_to_hang_up_is_an_error() -> None:
    bench = await answered(service=Service(hang_up=(500, "9999")))
    with pytest.raises(RemoteError):
        await bench.control.carry_out(c.HangUp("silence"))


async def test_a_call_never_answered_is_rejected_instead() -> None:
    bench = Bench(Service(answer=(403, "7507")))
    with pytest.raises(RemoteError):
        await bench.control.answer()
    await bench.control.carry_out(c.HangUp("engine_lost"))
    assert bench.service.asked[-1] == ("reject", {"call_reject_reason": "busy"})
    assert bench.events == [e.CallerLeft("rejected")]


async def test_hanging_up_waits_for_an_answer_that_is_under_way() -> None:
    bench = Bench()
    await asyncio.gather(bench.control.carry_out(c.HangUp("engine_lost")), bench.control.answer())
    assert bench.service.names() == ["answer", "hang_up"]


async def transferring(bench: Bench, *reports: acs.Callback) -> None:
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(bench.control.carry_out(TRANSFER))
        while "add" not in bench.service.names() or (reports and not bench.events):
            await asyncio.sleep(0)
        for report in reports:
            bench.control.on_callback(report)


async def test_a_transfer_rings_and_connects() -> None:
    bench = await answered()
    await transferring(bench, acs.AddParticipantSucceeded(operation_context="transfer-1", result=acs.Result(200, 0, "")))
    options = bench.service.asked[-1][1]
    assert options["target"] == "4:+14255550123"
    assert options["source_caller_id_number"].properties["value"] == "+14255550199"
    assert (options["invitation_timeout"], options["operation_context"]) == (30, "transfer-1")
    assert bench.events == [e.TransferRinging("sales"), e.TransferEnded("sales", "connected", 200, 0)]


async def test_a_report_that_overtakes_the_answer_is_believed() -> None:
    bench = await answered()

    def report(name: str) -> None:
        if name == "add":
            bench.control.on_callback(
                acs.AddParticipantFailed(operation_context="transfer-1", result=acs.Result(486, 8539, ""))
            )

    bench.service.before_answering = report
    await bench.control.carry_out(TRANSFER)
    assert bench.events == [e.TransferEnded("sales", "busy", 486, 8539)]


async def test_an_invitation_nobody_reports_on_is_withdrawn() -> None:
    bench = await answered()
    await bench.control.carry_out(c.TransferCaller("sales", Words("asked"), -2))
    assert bench.service.asked[-1] == ("cancel", {"invitation_id": "inv-1"})
    assert bench.events[-1] == e.TransferEnded("sales", "no_answer", message="nobody answered in time")


async def test_a_late_report_of_a_withdrawn_invitation_does_not_end_the_next_one() -> None:
    bench = await answered()
    await bench.control.carry_out(c.TransferCaller("sales", Words("asked"), -2))
    told = list(bench.events)
    bench.control.on_callback(acs.AddParticipantFailed(operation_context="transfer-1", result=acs.Result(487, 8542, "")))
    assert bench.events == told
    bench.control.on_callback(acs.AddParticipantSucceeded(operation_context="transfer-1", result=acs.Result(200, 0, "")))
    assert bench.events == [*told, e.TransferEnded("sales", "connected", 200, 0)]


@pytest.mark.parametrize(("status", "raises"), [(404, False), (503, True)])
async def test_an_invitation_that_ended_by_itself_needs_no_withdrawing(status: int, raises: bool) -> None:
    bench = await answered(service=Service(cancel=(status, "8522")))
    command = c.TransferCaller("sales", Words("asked"), -2)
    if raises:
        with pytest.raises(RemoteError):
            await bench.control.carry_out(command)
    else:
        await bench.control.carry_out(command)
        assert isinstance(bench.events[-1], e.TransferEnded)


async def test_a_target_that_is_not_configured_is_refused_without_asking() -> None:
    bench = await answered()
    with pytest.raises(RemoteError, match="no transfer target 'nobody'"):
        await bench.control.carry_out(c.TransferCaller("nobody", Words(""), 30))
    assert bench.service.names() == ["answer"]


@pytest.mark.parametrize(("channels", "format_", "expected"), [("mixed", "mp3", "mp3"), ("unmixed", "mp3", "wav")])
async def test_recording_asks_for_the_configured_kind(channels: Any, format_: Any, expected: str) -> None:
    bench = await answered(recording=RecordingSection(enabled=True, channels=channels, format=format_))
    await bench.control.carry_out(c.StartRecording())
    options = bench.service.asked[-1][1]
    assert (options["server_call_id"], options["recording_format_type"]) == ("server", expected)


async def test_a_recording_goes_where_it_is_wanted() -> None:
    bench = await answered(recording=RecordingSection(enabled=True))
    await bench.control.carry_out(c.StartRecording())
    assert bench.service.asked[-1][1]["recording_storage"] is None
    mine = "https://mine.blob.core.windows.net/recordings"
    bench = await answered(recording=RecordingSection(enabled=True, container_url=mine))
    await bench.control.carry_out(c.StartRecording())
    assert bench.service.asked[-1][1]["recording_storage"].container_url == mine


async def test_an_older_roster_is_not_believed() -> None:
    bench = await answered()
    one = (acs.Participant(phone("+14255550100")), acs.Participant(from_raw_id("8:acs:us")))
    bench.control.on_callback(acs.ParticipantsUpdated(participants=one, sequence_number=2))
    bench.control.on_callback(acs.ParticipantsUpdated(participants=(), sequence_number=1))
    bench.control.on_callback(acs.ParticipantsUpdated(participants=(), sequence_number=None))
    assert bench.events == [e.ParticipantsChanged(1), e.ParticipantsChanged(0, caller_here=False)]


async def test_a_roster_is_not_counted_before_we_know_ourselves() -> None:
    bench = Bench()
    bench.control.on_callback(acs.ParticipantsUpdated(participants=()))
    assert bench.events == []


async def test_a_command_nobody_can_carry_out_is_a_defect() -> None:
    with pytest.raises(TypeError):
        await Bench().control.carry_out(c.ControlCommand())


async def test_what_is_asked_can_be_watched() -> None:
    bench = Bench()
    bench.control.watch(lambda direction, frame: None)
    await bench.control.answer()
    assert "raw_request_hook" in bench.service.asked[0][1]


class Silent(Service):
    """Takes our answer and never says so."""

    async def answer_call(self, context: str, callback: str, **options: Any) -> Any:
        await self._request("answer", options)
        await asyncio.Event().wait()


async def test_an_answer_of_which_nothing_is_heard_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ANSWER_SECONDS", 0.001)
    bench = Bench(Silent())
    with pytest.raises(RemoteError, match="did not let us answer within"):
        await bench.control.answer()
    assert bench.control.given_up
    assert bench.service.names() == ["answer", "reject"]
    await bench.control.end_late("ccid")
    assert bench.service.asked[-1] == ("hang_up", {"everyone": True})


@pytest.mark.parametrize("errors", [{}, {"hang_up": (503, "")}])
async def test_a_call_that_was_overheard_to_be_connected_is_ended_when_it_is_given_up(
    monkeypatch: pytest.MonkeyPatch, errors: dict[str, tuple[int, str]]
) -> None:
    monkeypatch.setattr(module, "ANSWER_SECONDS", 0.001)
    bench = Bench(Silent(**errors))
    bench.control.overhear("ccid")
    with pytest.raises(RemoteError, match="did not let us answer within"):
        await bench.control.answer()
    assert bench.service.names() == ["answer", "hang_up"]


@pytest.mark.parametrize(("error", "given_up"), [(AzureError("connection reset"), True), (None, False)])
async def test_a_broken_connection_may_have_carried_our_answer_and_a_refusal_is_clear(
    error: AzureError | None, given_up: bool
) -> None:
    def break_off(_: str) -> None:
        if error:
            raise error

    bench = Bench(Service(answer=(400, "8523")))
    bench.service.before_answering = break_off
    with pytest.raises(RemoteError):
        await bench.control.answer()
    assert bench.control.given_up is given_up


async def test_a_caller_on_hold_is_taken_off_before_we_leave() -> None:
    bench = await answered()
    await bench.control.carry_out(c.HoldCaller())
    await bench.control.carry_out(c.LeaveCall())
    assert bench.service.names() == ["answer", "hold", "unhold", "hang_up"]
    await bench.control.carry_out(c.ResumeCaller())
    assert bench.service.names()[-1] == "hang_up"


async def test_a_caller_whom_the_service_cannot_keep_on_hold_is_told_of() -> None:
    bench = await answered()
    await bench.control.carry_out(c.HoldCaller())
    bench.control.on_callback(acs.HoldFailed(result=acs.Result(400, 8536, "no such file")))
    assert bench.events == [e.ControlFailed("hold_caller", 400, "8536", "no such file")]
    await bench.control.carry_out(c.ResumeCaller())
    assert bench.service.names() == ["answer", "hold"]


def roster(*others: str) -> acs.ParticipantsUpdated:
    return acs.ParticipantsUpdated(participants=tuple(acs.Participant(from_raw_id(one)) for one in ("8:acs:us", *others)))


async def test_a_caller_who_left_is_told_from_one_who_was_never_seen() -> None:
    bench = await answered()
    for others in (("4:+14255550123",), ("4:+14255550100", "4:+14255550123"), ("4:+14255550123",)):
        bench.control.on_callback(roster(*others))
    assert bench.events == [
        e.ParticipantsChanged(1),
        e.ParticipantsChanged(2),
        e.ParticipantsChanged(1, caller_here=False),
    ]
