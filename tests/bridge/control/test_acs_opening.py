"""How our leg begins: what is asked of the service, and what its failures mean."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from voiceagent.call import events as e
from voiceagent.config.schema import RecordingSection
from voiceagent.control.acs import AcsControl
from voiceagent.control.acs_opening import Dial, Opening, not_reached
from voiceagent.control.acs_transfers import Manners, identifier_from
from voiceagent.protocol import acs_callbacks as acs

DIAL = Dial(identifier_from("4:+14255550177"), "+14255550199", 30, "invoice-7")


class Service:
    """Stands for the SDK's client; `then` is what the service reports while it rings."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []

    async def create_call(self, target: Any, callback: str, **options: Any) -> Any:
        self.asked.append(("create", {"target": target.raw_id, "callback": callback, **options}))
        return SimpleNamespace(call_connection_id="ccid", server_call_id="s", source=SimpleNamespace(raw_id="8:acs:us"))

    async def answer_call(self, context: str, callback: str, **options: Any) -> Any:
        self.asked.append(("answer", {"context": context, "callback": callback, **options}))
        return SimpleNamespace(call_connection_id="ccid", server_call_id="s", answered_by=None)

    def get_call_connection(self, _: str) -> Any:
        async def hang_up(everyone: bool, **_: Any) -> None:
            self.asked.append(("hang_up", {"everyone": everyone}))

        return SimpleNamespace(hang_up=hang_up)


def control(service: Service, dial: Dial | None = DIAL) -> tuple[AcsControl, list[e.Event]]:
    events: list[e.Event] = []
    made = AcsControl(
        cast(Any, service),
        incoming_call_context="",
        correlation_id="corr",
        callback_url="https://us/callbacks/1/t",
        media_url="wss://us/media/1/t",
        sample_rate=24_000,
        manners=Manners(caller="4:+14255550177"),
        recording=RecordingSection(),
        dial=dial,
    )
    made.deliver = events.append
    return made, events


@pytest.mark.parametrize(("rate", "audio_format"), [(24_000, "pcm24KMono"), (16_000, "pcm16KMono")])
async def test_a_call_is_placed_with_audio_both_ways_and_the_number_shown(rate: int, audio_format: str) -> None:
    service = Service()
    await Opening("https://us/cb", "wss://us/m", rate).place(cast(Any, service), DIAL, {})
    ((name, options),) = service.asked
    assert (name, options["target"], options["callback"]) == ("create", "4:+14255550177", "https://us/cb")
    assert options["source_caller_id_number"].raw_id == "4:+14255550199"
    media = options["media_streaming"]
    assert (media.transport_url, media.audio_format, media.enable_bidirectional) == ("wss://us/m", audio_format, True)


async def test_one_wish_has_one_request_id_and_another_wish_another() -> None:
    service, opening = Service(), Opening("https://us/cb", "wss://us/m", 24_000)
    for key in ("a", "a", "b"):
        await opening.place(cast(Any, service), Dial(DIAL.target, "", 30, key), {})
    ids = [options["headers"]["Repeatability-Request-ID"] for _, options in service.asked]
    assert ids[0] == ids[1] != ids[2]


async def test_a_wish_whose_answer_was_lost_is_told_again_with_the_same_id() -> None:
    from azure.core.exceptions import ServiceResponseError

    service = Service()
    create, lost = service.create_call, iter([True, False])

    async def breaking(target: Any, callback: str, **options: Any) -> Any:
        made = await create(target, callback, **options)
        if next(lost):
            raise ServiceResponseError("connection reset")
        return made

    service.create_call = breaking  # type: ignore[method-assign]  # this service loses its first answer
    await Opening("https://us/cb", "wss://us/m", 24_000).place(cast(Any, service), DIAL, {})
    ids = [options["headers"]["Repeatability-Request-ID"] for _, options in service.asked]
    assert len(ids) == 2
    assert ids[0] == ids[1]


async def test_a_call_of_ours_is_answered_when_the_service_says_so() -> None:
    made, events = control(service := Service())
    made.on_callback(acs.CallConnected())  # it overtakes the answer to our request
    await made.answer()
    assert events == [e.CallConnected()]
    assert (made.connection_id, [name for name, _ in service.asked]) == ("ccid", ["create"])


@pytest.mark.parametrize(
    ("result", "event"),
    [
        (acs.Result(486, 8539, "busy"), e.NotReached("busy", 486, 8539, "busy")),
        (acs.Result(603, 8538, ""), e.NotReached("declined", 603, 8538, "")),
        (acs.Result(480, 8541, ""), e.NotReached("no_answer", 480, 8541, "")),
        (acs.Result(404, 8543, ""), e.NotReached("unreachable", 404, 8543, "")),
        (None, e.NotReached("unreachable")),
    ],
)
async def test_why_nobody_answers_is_typed(result: acs.Result | None, event: e.NotReached) -> None:
    assert not_reached(result) == event
    made, events = control(Service())
    made.on_callback(acs.CreateCallFailed(result=result))
    await made.answer()
    assert events == [event]


async def test_a_phone_rings_no_longer_than_was_meant() -> None:
    service = Service()
    made, _ = control(service, Dial(DIAL.target, "", 0, "k"))
    told: list[Any] = []
    made.deliver = lambda event: told.append((event, service.asked[-1]))
    await made.answer()
    assert told == [(e.NotReached("no_answer"), ("hang_up", {"everyone": True}))]


async def test_a_ring_is_answered_without_waiting_for_anybody() -> None:
    made, events = control(service := Service(), dial=None)
    await made.answer()
    assert ([name for name, _ in service.asked], events) == (["answer"], [])
