"""Direct routing's configuration: a patch is taken whole or refused whole."""

from __future__ import annotations

from typing import Any

import pytest

from voiceagent.emulators.acs.errors import Refusal
from voiceagent.emulators.numbers.sip import SipRouting

TRUNK = {"sipSignalingPort": 5061}
ROUTE = {"name": "all", "numberPattern": ".*", "trunks": ["sbc.example.com"]}


def configured() -> SipRouting:
    routing = SipRouting()
    routing.patch({"trunks": {"sbc.example.com": TRUNK}, "routes": [{**ROUTE, "description": "every number"}]})
    return routing


def test_what_is_not_mentioned_stays() -> None:
    routing = configured()
    routing.patch({"trunks": {"two.example.com": {"sipSignalingPort": 5062}}})
    assert routing.show() == {
        "trunks": {"sbc.example.com": TRUNK, "two.example.com": {"sipSignalingPort": 5062}},
        "routes": [{"description": "every number", **ROUTE}],
    }


def test_a_trunk_that_is_null_goes_with_its_routes() -> None:
    routing = configured()
    routing.patch({"trunks": {"sbc.example.com": None}, "routes": []})
    assert routing.show() == {"trunks": {}, "routes": []}


@pytest.mark.parametrize(
    ("patch", "status"),
    [
        ({"trunks": {"sbc.example.com": None}}, 422),
        ({"routes": [{**ROUTE, "trunks": ["nobody.example.com"]}]}, 422),
        ({"trunks": {"sbc": TRUNK}}, 400),
        ({"trunks": {"a.example.com": {"sipSignalingPort": 0}}}, 400),
        ({"trunks": {"a.example.com": {}}}, 400),
        ({"trunks": {"a.example.com": 1}}, 400),
        ({"trunks": []}, 400),
        ({"routes": {}}, 400),
        ({"routes": [{"name": "x"}]}, 400),
        ({"routes": [{**ROUTE, "numberPattern": "("}]}, 400),
        ({"routes": [{**ROUTE, "trunks": "sbc.example.com"}]}, 400),
        ({"trunks": {f"t{n}.example.com": TRUNK for n in range(251)}}, 400),
    ],
)
def test_a_patch_that_is_wrong_changes_nothing(patch: dict[str, Any], status: int) -> None:
    routing = configured()
    before = routing.show()
    with pytest.raises(Refusal) as refused:
        routing.patch(patch)
    assert refused.value.status == status
    assert routing.show() == before
