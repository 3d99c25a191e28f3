"""Settings of what happens before a conversation: defaults that let everybody in and call nobody."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from voiceagent.config.reception import AnswerRule, AnswerSection, OutboundSection


def test_everybody_is_answered_and_no_number_is_dialled_unless_settings_say_so() -> None:
    assert (AnswerSection().rules, AnswerSection().overflow) == ([], "")
    assert (OutboundSection().allowed, OutboundSection().max_calls, OutboundSection().voicemail) == ([], 2, "hang_up")


def test_a_rule_that_names_nothing_fits_all_and_accepts() -> None:
    assert AnswerRule().do == "accept"


@pytest.mark.parametrize("given", [{"do": "ignore"}, {"calls_over": -1}, {"callers": ["+1"]}])
def test_a_mistyped_rule_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        AnswerRule.model_validate(given)


def test_no_phone_rings_longer_than_a_call_may_take_to_be_answered() -> None:
    with pytest.raises(ValidationError):
        OutboundSection(ring_seconds=51)
