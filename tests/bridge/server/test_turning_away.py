"""Callers who are not answered: where they go, what they hear, what the report says."""

from __future__ import annotations

from typing import Any, cast

import pytest

from voiceagent.call.commands import Warned
from voiceagent.config.handover import TransferTarget
from voiceagent.config.schema import RecordingSection
from voiceagent.control.acs import AcsControl
from voiceagent.control.acs_transfers import Manners
from voiceagent.control.twilio import TwilioControl
from voiceagent.errors import RemoteError
from voiceagent.protocol.twilio_calls import redirect_number, reject
from voiceagent.server.answering import Decision
from voiceagent.server.turning_away import turned_away

NIGHT = TransferTarget(acs_user="8:acs:night")
REDIRECT = Decision("redirect", "night", "rule")


class Service:
    """Stands for the SDK's client; `refuses` are the operations it does not carry out."""

    def __init__(self, *refuses: str) -> None:
        self.done: list[str] = []
        self._refuses = refuses

    async def _do(self, what: str, named: str) -> None:
        if what in self._refuses:
            raise RemoteError(f"no {what}", service="x", status=400)
        self.done.append(f"{what} {named}")

    async def redirect_call(self, _: str, target: Any, **__: Any) -> None:
        await self._do("redirect", target.raw_id)

    async def reject_call(self, _: str, *, call_reject_reason: str, **__: Any) -> None:
        await self._do("reject", call_reject_reason)


def azure(service: Service) -> AcsControl:
    return AcsControl(
        cast(Any, service),
        incoming_call_context="",
        correlation_id="corr",
        callback_url="https://us/callbacks/1/t",
        media_url="wss://us/media/1/t",
        sample_rate=24_000,
        manners=Manners(),
        recording=RecordingSection(),
    )


def twilio() -> TwilioControl:
    return TwilioControl(
        cast(Any, None),
        call_sid="CA1",
        stream_url="wss://us/m",
        next_url="https://us/n",
        target_url="https://us/t",
        targets={},
        caller_id="",
        recording=RecordingSection(),
    )


async def test_a_caller_is_sent_to_somebody_else() -> None:
    service = Service()
    notes, reason = await turned_away(azure(service), REDIRECT, NIGHT)
    assert (service.done, reason) == (["redirect 8:acs:night"], "redirected")
    assert notes == [Warned("rule", "the caller was sent to night, unanswered")]


async def test_one_who_cannot_be_sent_there_does_not_ring_on() -> None:
    service = Service("redirect")
    notes, reason = await turned_away(azure(service), REDIRECT, NIGHT)
    assert (service.done, reason) == (["reject busy"], "busy")
    assert [note.code for note in notes if isinstance(note, Warned)] == ["redirect_failed", "rule"]


async def test_over_twilio_a_caller_is_sent_to_a_telephone() -> None:
    line = twilio()
    notes, reason = await turned_away(line, REDIRECT, TransferTarget(phone_number="+14255550123", ring_seconds=20))
    assert await line.answer_document() == redirect_number("+14255550123", ring_seconds=20)
    assert (notes, reason) == ([Warned("rule", "the caller was sent to night, unanswered")], "redirected")


async def test_over_twilio_who_has_no_telephone_cannot_be_sent_a_caller() -> None:
    line = twilio()
    notes, reason = await turned_away(line, REDIRECT, NIGHT)
    assert (await line.answer_document(), reason) == (reject("busy"), "busy")
    assert notes == [
        Warned("redirect_failed", "Twilio sends callers to telephones only, and the target has none"),
        Warned("rule", "the caller was given a busy signal"),
    ]


@pytest.mark.parametrize(
    ("decision", "signal", "reason"),
    [
        (Decision("busy", "", "rule"), "busy", "busy"),
        (Decision("forbidden", "", "rule"), "forbidden", "forbidden"),
        (Decision("forbidden", "", "nobodys_number"), "forbidden", "nobodys_number"),
        (Decision("busy", "", "engine_quota"), "busy", "engine_quota"),
    ],
)
async def test_others_hear_a_signal(decision: Decision, signal: str, reason: str) -> None:
    service = Service()
    assert (await turned_away(azure(service), decision, None))[1] == reason
    assert service.done == [f"reject {signal}"]


async def test_a_service_that_refuses_even_that_is_told() -> None:
    notes, reason = await turned_away(azure(Service("reject")), Decision("busy", "", "rule"), None)
    assert (notes, reason) == ([Warned("reject_failed", "no reject")], "busy")
