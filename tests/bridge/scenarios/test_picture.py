"""A call as a picture: everything is in it, and everything is within it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree as Xml

from voiceagent.scenarios.judge import Verdict
from voiceagent.scenarios.picture import HEIGHT, WIDTH, scene, strip
from voiceagent.scenarios.timeline import BargeIn, Timeline, ToolRun
from voiceagent.scenarios.waves import Waves, outlines

WAVES = Waves(12.05, (0.1,) * 300, (1.0,) * 300)


def drawn(call: Timeline, **more: Any) -> Xml.Element:
    return Xml.fromstring(scene(call, WAVES, **more))


def texts(picture: Xml.Element, kind: str) -> list[str]:
    return [str(one.text) for one in picture.iter("text") if one.get("class") == kind]


def test_everything_is_in_it(call: Timeline) -> None:
    missed = Verdict("b", False, "<y>", at_ms=5_000)
    picture = drawn(call, verdicts=[Verdict("a", True, "x", 1.0), missed], late_ms=900)
    assert texts(picture, "ms") == ["1000 ms", "1000 ms"]
    assert texts(picture, "tool") == ["lookup_order", "key 7"]
    assert texts(picture, "cuttext") == ["interrupted, silent after 200 ms"]
    assert "Where is order four two seven one?" in texts(picture, "words")
    assert texts(picture, "tick")[:3] == ["0 s", "1 s", "2 s"]
    kinds = [one.get("class") for one in picture.iter()]
    assert (kinds.count("gap late"), kinds.count("miss"), kinds.count("bar agent cut")) == (2, 1, 1)


def test_nothing_is_outside(call: Timeline) -> None:
    late = ToolRun(99_000, "a_tool_with_a_long_name", {}, {}, "timeout", 1)
    picture = drawn(replace(call, tools=(*call.tools, late), barge_ins=(BargeIn(12_000, 9_000, True),)))
    for one in picture.iter():
        for name, most in (("x", WIDTH), ("x1", WIDTH), ("x2", WIDTH), ("cx", WIDTH), ("y", HEIGHT), ("y2", HEIGHT)):
            assert 0 <= float(one.get(name, 0)) <= most, one.attrib
        for x in re.findall(r"[ML](-?[\d.]+) ", one.get("d", "")):
            assert 0 <= float(x) <= WIDTH


def test_words_are_escaped_and_cut_to_their_room(call: Timeline) -> None:
    turns = (replace(call.turns[0], text='<script>alert("x")</script> ' * 20), *call.turns[1:])
    picture = drawn(replace(call, turns=turns))
    assert [words for words in texts(picture, "words") if words.endswith("…")]
    assert not list(picture.iter("script"))


def test_a_call_without_sound_or_words_is_a_picture(call: Timeline) -> None:
    empty = replace(call, turns=(), said=(), tools=(), answers=(), barge_ins=(), happenings=(), duration_ms=0)
    assert Xml.fromstring(scene(empty, None)).get("class") == "scene"


def test_a_strip_has_both_sides(sound: bytes) -> None:
    assert [one.get("class") for one in Xml.fromstring(strip(outlines(sound)))] == ["caller", "agent"]
