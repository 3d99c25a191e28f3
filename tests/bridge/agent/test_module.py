"""`tools.py` as the author left it."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest

from voiceagent.agent.module import tool_functions
from voiceagent.errors import UserError

TOOL = "from voiceagent import tool\n\n\n@tool\ndef {name}() -> str:\n    'Do.'\n    return {value!r}\n"


def write(tmp_path: Path, text: str, name: str = "tools.py") -> Path:
    path = tmp_path / name
    path.write_text(text)
    return path


def names(path: Path) -> list[str]:
    return [function.__name__ for function in tool_functions(path)]


def test_the_marked_functions_come_in_the_order_they_were_written(tmp_path: Path) -> None:
    text = TOOL.format(name="b", value=1) + "\n\ndef helper(): ...\n\n\nalias = b\n\n\n@tool\ndef a(): ...\n"
    assert names(write(tmp_path, text)) == ["b", "a"]


def test_a_neighbouring_file_can_be_imported_and_leaves_no_trace(tmp_path: Path) -> None:
    write(tmp_path, TOOL.format(name="there", value=1), "neighbour_of_tools.py")
    before = list(sys.path)
    assert names(write(tmp_path, "from neighbour_of_tools import there\n")) == ["there"]
    assert (sys.path, "neighbour_of_tools" in sys.modules) == (before, False)
    assert not (tmp_path / "__pycache__").exists()


def test_what_was_imported_before_stays_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "", "imported_before_tools.py")
    monkeypatch.syspath_prepend(str(tmp_path))
    ours = importlib.import_module("imported_before_tools")
    try:
        tool_functions(write(tmp_path, TOOL.format(name="one", value=1)))
        assert sys.modules.get("imported_before_tools") is ours
    finally:
        sys.modules.pop("imported_before_tools", None)


def test_an_edit_within_the_same_second_is_seen(tmp_path: Path) -> None:
    write(tmp_path, TOOL.format(name="one", value=1), "neighbour_of_tools.py")
    path = write(tmp_path, "from neighbour_of_tools import *\n")
    assert tool_functions(path)[0]() == 1
    write(tmp_path, TOOL.format(name="one", value=2), "neighbour_of_tools.py")
    assert tool_functions(path)[0]() == 2


def test_of_one_file_only_the_newest_load_is_kept_and_old_functions_still_work(tmp_path: Path) -> None:
    path = write(tmp_path, TOOL.format(name="one", value=1))
    old = tool_functions(path)[0]
    for _ in range(3):
        tool_functions(path)
    assert sum(getattr(module, "__file__", None) == str(path) for module in list(sys.modules.values())) == 1
    assert old() == 1


def test_dataclasses_with_late_annotations_work(tmp_path: Path) -> None:
    text = (
        "from __future__ import annotations\nfrom dataclasses import dataclass\nfrom voiceagent import tool\n\n\n"
        "@dataclass\nclass Order:\n    number: str\n\n\n@tool\ndef find(order: Order) -> Order:\n    'F.'\n    return order\n"
    )
    assert names(write(tmp_path, text)) == ["find"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("x = 1\ndef broken(:\n", ":2: invalid syntax"),
        ("x = 1\ny = nothing\n", ":2: NameError: name 'nothing' is not defined"),
        ("import no_such_package_anywhere\n", ":1: ModuleNotFoundError: No module named 'no_such_package_anywhere'"),
        ("def f():\n    raise KeyError('a')\n\nf()\n", ":2: KeyError: 'a'"),
        ("import json\njson.loads('{')\n", ":2: JSONDecodeError: Expecting property name"),
        ("raise SystemExit\n", ":1: SystemExit"),
        ("\0", "source code string cannot contain null bytes"),
    ],
)
def test_a_broken_file_is_told_by_line_in_one_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    path = write(tmp_path, text)
    modules = set(sys.modules)
    with pytest.raises(UserError) as caught:
        tool_functions(path)
    assert str(path) in str(caught.value)
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.remedy
    assert not [name for name in set(sys.modules) - modules if name.startswith("voiceagent_project_")]


def test_a_broken_neighbour_is_named_itself(tmp_path: Path) -> None:
    write(tmp_path, "def broken(:\n", "neighbour_of_tools.py")
    with pytest.raises(UserError, match=r"neighbour_of_tools\.py:1: invalid syntax"):
        tool_functions(write(tmp_path, "import neighbour_of_tools\n"))


def test_two_tools_of_one_name_are_refused_with_both_places(tmp_path: Path) -> None:
    path = write(tmp_path, TOOL.format(name="one", value=1) + "\n\n@tool(max_calls=1)\nasync def one() -> None: ...\n")
    with pytest.raises(UserError, match=r"two tools are named `one`: .*tools\.py:5 and .*tools\.py:11"):
        tool_functions(path)


def test_a_function_that_is_no_tool_may_be_written_again(tmp_path: Path) -> None:
    assert names(write(tmp_path, "def one(): ...\n\n" + TOOL.format(name="one", value=1))) == ["one"]


def test_a_folder_in_the_files_place_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="is a folder"):
        tool_functions(tmp_path)


def test_a_tool_under_another_name_is_not_lost(tmp_path: Path) -> None:
    again = "\n\nfirst = one\n\n\n@tool(name='other')\ndef one() -> None: ...\n"
    assert len(names(write(tmp_path, TOOL.format(name="one", value=1) + again))) == 2


def test_another_librarys_tool_is_none_of_ours(tmp_path: Path) -> None:
    again = "@r.tool\ndef a(): ...\n\n\n"
    text = "class R:\n    def tool(self, f):\n        return f\n\n\nr = R()\n\n\n" + again + again
    assert names(write(tmp_path, text)) == []


def test_a_refused_file_leaves_no_module_behind(tmp_path: Path) -> None:
    text = "import voiceagent\n\n\n@voiceagent.tool\ndef a(): ...\n\n\n@voiceagent.tool\ndef a(): ...\n"
    path = write(tmp_path, text)
    with pytest.raises(UserError, match="two tools are named `a`"):
        tool_functions(path)
    assert not [module for module in list(sys.modules.values()) if getattr(module, "__file__", None) == str(path)]
