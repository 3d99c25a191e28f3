"""What keys do while somebody talks."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from voiceagent.legs.sound import Levels
from voiceagent_cli.mouthpiece import Mouthpiece


class Leg:
    def __init__(self) -> None:
        self.muted = self.holding = self.push_to_talk = False
        self.levels = Levels()
        self.device = SimpleNamespace(name_in="Mic", name_out="Box", rate_in=24_000, rate_out=48_000)
        self.echo = SimpleNamespace(kind="off")

    def hold(self) -> None:
        self.holding = True


class Talk:
    def __init__(self) -> None:
        self.done: list[str] = []

    def press(self, key: str) -> None:
        self.done.append(key)

    def hang_up(self) -> None:
        self.done.append("hung up")


@pytest.fixture
def bench() -> Any:
    leg, talk = Leg(), Talk()
    mouthpiece = Mouthpiece(talk, leg)  # type: ignore[arg-type]  # as far as they are used
    return SimpleNamespace(leg=leg, talk=talk, mouthpiece=mouthpiece)


def test_m_mutes_and_unmutes(bench: Any) -> None:
    states = []
    for _ in range(2):
        bench.mouthpiece.pressed("m")
        states.append((bench.leg.muted, bench.mouthpiece.state()))
    assert states == [(True, "muted"), (False, "")]


def test_space_holds_the_floor(bench: Any) -> None:
    bench.leg.push_to_talk = True
    before = bench.mouthpiece.state()
    bench.mouthpiece.pressed(" ")
    assert (before, bench.mouthpiece.state()) == ("hold space to talk", "talking")


def test_the_phones_keys_and_hanging_up(bench: Any) -> None:
    for key in "4#qx\n":
        bench.mouthpiece.pressed(key)
    assert bench.talk.done == ["4", "#", "hung up"]


def test_what_is_used_is_told(bench: Any) -> None:
    assert bench.mouthpiece.sentence() == "Mic -> Box, 24000 / 48000 Hz; full duplex."
    assert "quiet" in bench.mouthpiece.row()
