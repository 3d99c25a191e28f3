"""The catalogue as a whole: names that are found, sentences that can be read."""

from __future__ import annotations

import re

import pytest

from voiceagent.emulators.faults.catalogue import FAULTS, find
from voiceagent.errors import UserError


def test_names_are_unique_and_found() -> None:
    assert len({fault.name for fault in FAULTS}) == len(FAULTS)
    assert [find(fault.name) for fault in FAULTS] == list(FAULTS)


def test_a_typing_error_is_answered_with_what_was_meant() -> None:
    with pytest.raises(UserError) as error:
        find("engine.droped")
    assert error.value.remedy.startswith("Did you mean engine.dropped? ")


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_each_says_what_it_does_and_who_says_so(fault: object) -> None:
    from voiceagent.emulators.faults.fault import COMMON, Fault

    assert isinstance(fault, Fault)
    assert re.fullmatch(r"[a-z]+\.[a-z_]+", fault.name)
    assert fault.does.endswith(".")
    assert fault.source
    assert not {parameter.name for parameter in fault.parameters} & set(COMMON)
    assert fault.json()["name"] == fault.name
