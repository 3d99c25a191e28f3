"""Humans in a call: what is asked of the service for each way of handing a caller over."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError

from voiceagent.call import commands as c
from voiceagent.call import events as e
from voiceagent.config.handover import TransferTarget
from voiceagent.control.acs_transfers import AcsTransfers, Manners, identifier_from, identifier_of
from voiceagent.discreet import Words
from voiceagent.errors import RemoteError, UserError
from voiceagent.protocol import acs_callbacks as acs

TARGETS = {"sales": TransferTarget(phone_number="+14255550123"), "ann": TransferTarget(acs_user="8:acs:ann")}


class Call:
    """Stands for the SDK's client of a call; remembers what was asked."""

    def __init__(self, refused: int | None = None) -> None:
        self.asked: list[tuple[str, Any, dict[str, Any]]] = []
        self._refused = refused

    def __getattr__(self, name: str) -> Any:
        async def ask(target: Any, **options: Any) -> Any:
            self.asked.append((name, getattr(target, "raw_id", target), options))
            if self._refused is not None:
                error = HttpResponseError("refused")
                error.status_code = self._refused
                error.error = SimpleNamespace(code="8522", message="refused")  # type: ignore[assignment]  # as azure-core's
                raise error
            return SimpleNamespace(invitation_id="inv-1")

        return ask


class Bench:
    def __init__(self, refused: int | None = None, **manners: Any) -> None:
        self.call: Any = Call(refused)
        self.events: list[e.Event] = []
        given = {"caller_id": "+14255550199", "call_id": "ab12", "caller": "4:+14255550100", **manners}
        self.transfers = AcsTransfers(Manners(TARGETS, **given), call=lambda: self.call, deliver=self.events.append, hooks=dict)


def transfer(target: str, mode: c.TransferMode) -> c.TransferCaller:
    return c.TransferCaller(target, Words("a price"), -2, mode, Words("Wants it."))  # rings no longer than the test


async def test_a_caller_is_moved_to_a_telephone_with_the_context() -> None:
    bench = Bench()
    await bench.transfers.call(transfer("sales", "cold"))
    ((name, target, options),) = bench.call.asked
    assert (name, target) == ("transfer_call_to_participant", "4:+14255550123")
    assert options["source_caller_id_number"].raw_id == "4:+14255550199"
    assert options["sip_headers"]["X-MS-Custom-Summary"] == "Wants%20it."
    assert options["operation_context"] == "transfer-1"
    assert bench.events == [e.TransferRinging("sales")]
    assert bench.transfers.target_of("transfer-1") == "sales"


async def test_a_user_is_invited_without_a_number_and_withdrawn_when_nobody_answers() -> None:
    bench = Bench(headers="none")
    await bench.transfers.call(transfer("ann", "warm"))
    (_, target, options), (withdrawn, invitation, _) = bench.call.asked
    assert (target, options["source_caller_id_number"]) == ("8:acs:ann", None)
    assert "sip_headers" not in options
    assert (withdrawn, invitation) == ("cancel_add_participant_operation", "inv-1")
    assert bench.events[-1] == e.TransferEnded("ann", "no_answer", message="nobody answered in time")


async def test_news_of_an_invitation_is_told_once_unless_somebody_comes_after_all() -> None:
    bench = Bench()
    await bench.transfers.call(transfer("ann", "join"))
    late = acs.AddParticipantFailed(operation_context="transfer-1")
    assert not bench.transfers.is_news(late, e.TransferEnded("ann", "busy"))
    assert bench.transfers.is_news(late, e.TransferEnded("ann", "connected"))
    assert bench.transfers.is_news(acs.AddParticipantFailed(operation_context="other"), e.TransferEnded("ann", "busy"))


@pytest.mark.parametrize(("audio", "played"), [("https://us/hold.wav", True), ("", False)])
async def test_who_waits_hears_the_hold_audio(audio: str, played: bool) -> None:
    bench = Bench(hold_audio=audio)
    await bench.transfers.hold()
    await bench.transfers.resume()
    await bench.transfers.resume()
    (held, caller, options), (resumed, *_) = bench.call.asked
    assert (held, caller, resumed) == ("hold", "4:+14255550100", "unhold")
    assert (options["play_source"] is not None) is played


async def test_a_refused_hold_leaves_nothing_to_undo() -> None:
    bench = Bench(refused=405)
    with pytest.raises(RemoteError, match="put the caller on hold"):
        await bench.transfers.hold()
    await bench.transfers.resume()
    assert [name for name, *_ in bench.call.asked] == ["hold"]


async def test_a_human_who_is_gone_need_not_be_sent_away() -> None:
    bench = Bench(refused=404)
    await bench.transfers.dismiss("ann")
    await bench.transfers.dismiss("nobody")
    assert [(name, target) for name, target, _ in bench.call.asked] == [("remove_participant", "8:acs:ann")]
    with pytest.raises(RemoteError):
        await Bench(refused=500).transfers.dismiss("ann")


def test_targets_are_phones_users_or_teams_users() -> None:
    assert identifier_of(TransferTarget(phone_number="+1425")).raw_id == "4:+1425"
    assert identifier_of(TransferTarget(acs_user="8:acs:x")).raw_id == "8:acs:x"
    assert identifier_of(TransferTarget(teams_user="guid")).raw_id == "8:orgid:guid"
    with pytest.raises(UserError, match="no address"):
        identifier_of(TransferTarget())


@pytest.mark.parametrize("raw_id", ["4:+14255550100", "4:anonymous", "8:acs:x_y", "8:orgid:guid", "48:odd"])
def test_a_participant_keeps_the_id_that_the_service_told(raw_id: str) -> None:
    assert identifier_from(raw_id).raw_id == raw_id
