"""This machine's time against the services'."""

from __future__ import annotations

from pathlib import Path

import pytest

from voiceagent.config.load import load_settings
from voiceagent.doctor.clock import clock
from voiceagent.doctor.surroundings import Knocked, Surroundings

NOW = 1_800_000_000.0


def around(*answers: Knocked) -> Surroundings:
    waiting = list(answers)

    async def knock(_: str) -> Knocked:
        return waiting.pop(0)

    environ = {"ACS_ENDPOINT": "https://a.example", "AZURE_VOICELIVE_ENDPOINT": "https://v.example"}
    return Surroundings(Path(), load_settings(None, environ=environ), wall=lambda: NOW, knock=knock)


@pytest.mark.parametrize(
    ("off", "status", "code"),
    [
        (3, "ok", ""),
        (-59, "ok", ""),
        (90, "warning", "clock_drifts"),
        (-600, "failed", "clock_off"),
        (600, "failed", "clock_off"),
    ],
)
async def test_how_far_it_may_be_off(off: float, status: str, code: str) -> None:
    told = Knocked(True, 200, NOW - off)
    found = await clock(around(told, told))
    assert (found.status, found.code) == (status, code)


async def test_one_service_with_a_wrong_clock_does_not_condemn_ours() -> None:
    found = await clock(around(Knocked(True, 200, NOW - 900), Knocked(True, 200, NOW)))
    assert found.status == "ok"


async def test_it_tells_which_way() -> None:
    told = Knocked(True, 200, NOW + 600)
    assert "10 minutes behind a.example's" in (await clock(around(told, told))).detail


async def test_nobody_tells_the_time() -> None:
    silent = Knocked(False, why="nobody listens there")
    assert (await clock(around(silent, silent))).status == "skipped"
    assert (await clock(Surroundings(Path(), load_settings(None, environ={})))).status == "skipped"
