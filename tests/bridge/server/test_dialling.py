"""Whom the bridge may call, how often, and that one wish is one call."""

from __future__ import annotations

from typing import Any

import pytest

from voiceagent.config.schema import Settings
from voiceagent.errors import UserError
from voiceagent.server.dialling import Dialled, Dialling, DialRequest, TooMany, address_of, answer_to, read_request
from voiceagent.testing.clock import ManualClock

ANN = {"acs_user": "8:acs:ann"}


def settings(**outbound: Any) -> Settings:
    targets = {"ann": ANN, "desk": {"queue": ["ann"]}}
    return Settings.model_validate({"transfer": {"targets": targets}, "outbound": outbound})


def test_a_wish_is_read() -> None:
    wish = {"to": "ann", "key": "invoice 7".replace(" ", "-"), "agent": "orders"}
    assert read_request(wish) == DialRequest("ann", "invoice-7", "orders")


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ([], "the body is no object of texts"),
        ({"to": 5}, "the body is no object of texts"),
        ({"to": "ann", "key": "k", "loud": "yes"}, "`loud` is not known here"),
        ({"key": "k"}, "`to` is missing"),
        ({"to": "ann"}, "`key` is missing or no printable text of up to 200 characters"),
        ({"to": "ann", "key": "k" * 201}, "`key` is missing or no printable text of up to 200 characters"),
    ],
)
def test_what_is_no_wish_is_told(body: object, sentence: str) -> None:
    with pytest.raises(UserError) as caught:
        read_request(body)
    assert str(caught.value) == sentence
    assert caught.value.remedy


def test_named_people_may_always_be_called_and_numbers_by_their_beginnings() -> None:
    assert address_of("ann", settings(), over_azure=True).acs_user == "8:acs:ann"
    ours = settings(allowed=["+1425"])
    with pytest.raises(UserError, match="there is no number of ours to call from"):
        address_of("+14255550123", ours, over_azure=True)
    ours = ours.model_copy(update={"acs": ours.acs.model_copy(update={"phone_number": "+14255550199"})})
    assert address_of("+14255550123", ours, over_azure=True).phone_number == "+14255550123"
    with pytest.raises(UserError, match="none is set up here"):
        address_of("+14255550123", ours, over_azure=False)


@pytest.mark.parametrize(
    ("to", "allowed", "sentence"),
    [
        ("desk", [], "desk is a queue, and one person is called at a time"),
        ("bob", [], "bob is no transfer target and no number; the targets are ann, desk"),
        ("+14255550123", [], "numbers such as +142… may not be dialled; allowed beginnings are none"),
        ("+14255550123", ["+49", "+1206"], "numbers such as +142… may not be dialled; allowed beginnings are +49, +1206"),
    ],
)
def test_others_may_not_be_called(to: str, allowed: list[str], sentence: str) -> None:
    with pytest.raises(UserError) as caught:
        address_of(to, settings(allowed=allowed), over_azure=True)
    assert str(caught.value) == sentence


def test_the_same_key_is_the_same_call() -> None:
    dialling = Dialling(ManualClock())
    assert dialling.known("k") is None
    dialling.begin("k", Dialled("c1", "corr"), settings())
    assert dialling.known("k") == Dialled("c1", "corr", repeated=True)


def test_no_more_calls_at_once_and_in_an_hour_than_the_settings_say() -> None:
    clock = ManualClock()
    dialling, limits = Dialling(clock), settings(max_calls=1, per_hour=2)
    dialling.begin("k1", Dialled("c1", ""), limits)
    with pytest.raises(TooMany, match="1 calls of ours are going on"):
        dialling.begin("k2", Dialled("c2", ""), limits)
    dialling.ended()
    dialling.begin("k2", Dialled("c2", ""), limits)
    dialling.ended()
    with pytest.raises(TooMany, match="2 calls were placed in the last hour"):
        dialling.begin("k3", Dialled("c3", ""), limits)
    assert dialling.known("k3") is None
    clock.advance(3_600_000)
    dialling.begin("k3", Dialled("c3", ""), limits)


def test_answers_tell_new_calls_from_known_ones_and_refusals_from_limits() -> None:
    def refuse(_: DialRequest) -> Dialled:
        raise TooMany("too many", remedy="wait")

    wish = {"to": "ann", "key": "k"}
    assert answer_to(wish, lambda _: Dialled("c", "x")) == (202, {"call_id": "c", "correlation_id": "x", "repeated": False})
    assert answer_to(wish, lambda _: Dialled("c", "x", repeated=True))[0] == 200
    assert answer_to(wish, refuse) == (429, {"error": {"message": "too many", "remedy": "wait"}})
    assert answer_to({}, refuse)[0] == 400
