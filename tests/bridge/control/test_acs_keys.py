"""Keys through the service: which are asked for, which are told, and what becomes of those we press."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

from azure.core.exceptions import HttpResponseError

from voiceagent.call import commands as c
from voiceagent.call import events as e
from voiceagent.control import acs_keys as module
from voiceagent.control.acs_keys import AcsKeys
from voiceagent.discreet import Words
from voiceagent.protocol import acs_callbacks as acs

FAILED = acs.Result(code=400, sub_code=1, message="no such tone")


class Call:
    """Stands for the SDK's client of a call. `report`: what the service says about each pressing."""

    def __init__(self, *, refused: bool = False) -> None:
        self.asked: list[tuple[str, str, dict[str, Any]]] = []
        self.report: Any = lambda context: None
        self._refused = refused

    async def start_continuous_dtmf_recognition(self, target: Any, **options: Any) -> None:
        self.asked.append(("recognise", target.raw_id, options))

    async def send_dtmf_tones(self, tones: list[str], target: Any, **options: Any) -> None:
        self.asked.append((" ".join(tones), target.raw_id, options))
        if self._refused:
            error = HttpResponseError("refused")
            error.status_code = 400
            error.error = SimpleNamespace(code="8500", message="refused")  # type: ignore[assignment]  # as azure-core's
            raise error
        self.report(options["operation_context"])


class Bench:
    def __init__(self, **options: Any) -> None:
        self.call: Any = Call(**options)
        self.events: list[e.Event] = []
        self.keys = AcsKeys("4:+14255550100", call=lambda: self.call, deliver=self.events.append, hooks=dict)

    def completes(self, kind: type[acs.Callback] = acs.SendDtmfTonesCompleted, result: acs.Result | None = None) -> Bench:
        self.call.report = lambda context: self.keys.reported(kind(operation_context=context, result=result))
        return self


def tone(key: str, number: int | None) -> acs.Callback:
    return acs.ContinuousDtmfRecognitionToneReceived(key=key, sequence_id=number)


async def test_the_service_is_asked_to_recognise_the_callers_keys() -> None:
    bench = Bench()
    await bench.keys.recognise()
    assert bench.call.asked == [("recognise", "4:+14255550100", {"operation_context": "caller-keys"})]


def test_a_recognised_key_is_told_once() -> None:
    bench = Bench()
    assert all(bench.keys.reported(report) for report in (tone("4", 1), tone("4", 2), tone("4", 2), tone("#", None)))
    assert bench.events == [e.KeyPressed(key, "recognition") for key in "44#"]


async def test_keys_are_pressed_in_the_services_words_and_their_completion_told() -> None:
    bench = Bench().completes()
    await bench.keys.send(c.SendKeys("t1", Words("1*#")))
    assert bench.call.asked == [("one asterisk pound", "4:+14255550100", {"operation_context": "keys-1"})]
    assert bench.events == [e.KeysSent("t1")]


async def test_many_keys_are_pressed_in_several_requests_one_after_the_other() -> None:
    bench = Bench().completes()
    await bench.keys.send(c.SendKeys("t1", Words("1" * 20)))
    assert [len(keys.split()) for keys, _, _ in bench.call.asked] == [18, 2]
    assert bench.events == [e.KeysSent("t1")]


async def test_what_the_service_refuses_or_reports_as_failed_is_told() -> None:
    refused, failed = Bench(refused=True), Bench().completes(acs.SendDtmfTonesFailed, FAILED)
    for bench in (refused, failed):
        await bench.keys.send(c.SendKeys("t1", Words("1" * 20)))
    assert len(failed.call.asked) == 1
    assert failed.events == [e.KeysSent("t1", "no such tone")]
    [told] = refused.events
    assert isinstance(told, e.KeysSent)
    assert "refused" in told.failure


async def test_a_service_that_says_nothing_is_not_waited_for(monkeypatch: Any) -> None:
    monkeypatch.setattr(module, "SENT_SECONDS", 0.0)
    bench = Bench()
    await bench.keys.send(c.SendKeys("t1", Words("1")))
    [told] = bench.events
    assert isinstance(told, e.KeysSent)
    assert "did not say" in told.failure


async def test_a_report_about_nothing_of_ours_changes_nothing() -> None:
    bench = Bench()
    assert bench.keys.reported(acs.SendDtmfTonesCompleted(operation_context="else"))
    assert not bench.keys.reported(acs.PlayCompleted())
    await asyncio.sleep(0)
    assert bench.events == []
