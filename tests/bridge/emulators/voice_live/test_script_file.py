from __future__ import annotations

import re
from pathlib import Path

import pytest

from voiceagent.emulators.voice_live.script_file import read_script
from voiceagent.emulators.voice_live.scripted import Scripted, Turn
from voiceagent.errors import UserError

SCRIPT = """
repeat: true
turns:
  - hear: where is my order
    call: {lookup_order: {order_id: "4271"}, log_visit: }
  - expect: shipped
    say: It has been shipped.
    ms: 1500
    wait_ms: 20
    emit:
      - {type: response.web_search_call.searching}
  - call: [{f: {n: 1}}, {f: {n: 2}}]
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "script.yaml"
    path.write_text(text)
    return path


def test_turns_are_read(tmp_path: Path) -> None:
    assert read_script(written(tmp_path, SCRIPT)) == Scripted(
        [
            Turn(hear="where is my order", call=[("lookup_order", {"order_id": "4271"}), ("log_visit", {})]),
            Turn(
                expect="shipped",
                say="It has been shipped.",
                ms=1500,
                wait_ms=20,
                emit=[{"type": "response.web_search_call.searching"}],
            ),
            Turn(call=[("f", {"n": 1}), ("f", {"n": 2})]),
        ],
        repeat=True,
    )


def test_a_list_alone_is_a_script(tmp_path: Path) -> None:
    assert read_script(written(tmp_path, '[{"say": "Hello."}]')) == Scripted([Turn(say="Hello.")])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("turns: [", "is not YAML"),
        ("turns: []", "has no `turns`"),
        ("- say: [1]", "`say` in turn 1 of"),
        ("- say: Hi\n- ms: true", "`ms` in turn 2 of"),
        ("- sey: Hi", "has `sey`"),
        ("- just words", "is not a list of names"),
        ("- call: [f]", "`call` in turn 1"),
        ("- call: {f: 3}", "arguments of `f`"),
        ("- emit: [{}]", "without a `type`"),
    ],
)
def test_mistakes_are_told_by_place(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(UserError) as error:
        read_script(written(tmp_path, text))
    assert told in str(error.value)
    assert error.value.remedy


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be read"):
        read_script(tmp_path / "none.yaml")


def test_the_script_on_the_page_is_one(tmp_path: Path) -> None:
    page = (Path(__file__).parents[4] / "docs/emulators/voice-live.md").read_text(encoding="utf-8")
    script = read_script(written(tmp_path, re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)[0]))
    assert [turn.say for turn in script.script] == ["Hello, how can I help?", "", "It has been shipped."]
