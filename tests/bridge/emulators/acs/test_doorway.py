"""How operations are called by faults and findings."""

from __future__ import annotations

import pytest

from voiceagent.emulators.acs.doorway import operation_of
from voiceagent.emulators.acs.operations import OPERATIONS


@pytest.mark.parametrize(
    ("method", "path", "name"),
    [
        ("POST", "/calling/callConnections:answer", "acs:answer"),
        ("POST", "/calling/callConnections/c-1", "acs:POST /calling/callConnections/c-1"),
        ("DELETE", "/calling/callConnections/c-1", "acs:hang_up"),
        ("POST", "/calling/callConnections/c-1:play", "acs:play"),
        ("GET", "/calling/callConnections/c-1/participants/4:+14255550100", "acs:get_participant"),
        ("POST", "/calling/recordings", "acs:start_recording"),
        ("GET", "/calling/keys", "acs:keys"),
        ("GET", "/v1/objects/d/content/audio", "acs:recorded_file"),
        ("GET", "/phoneNumbers", "numbers:GET /phoneNumbers"),
    ],
)
def test_an_operation_has_the_name_of_what_does_it(method: str, path: str, name: str) -> None:
    assert operation_of(method, path) == name


def test_every_operation_is_found() -> None:
    for method, path, do in OPERATIONS:
        asked = path.replace("{connection}", "c-1").replace("{participant}", "4:+1").replace("{recording}", "r_1")
        assert operation_of(method, asked) == f"acs:{do.__name__}"
