"""Habits that a reader would have to trust otherwise: who may print, exit, read the environment, start tasks, sleep."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Set
from pathlib import Path
from typing import Any

READ_THE_ENVIRONMENT = {"voiceagent.config.load", "voiceagent_cli.terminal", "voiceagent.speech.quiet"}
"""`config.load` for settings; the terminal for NO_COLOR and TERM; `quiet` sets what silences a runtime."""

TASKS_WITHOUT_OWNER = {"create_task", "ensure_future"}

LEAVES_TASKS_BEHIND = {"voiceagent.tools.strays"}
"""The author's coroutine may refuse its cancellation, and a group that has to end cannot own what does not."""


def calls(nodes: Iterable[ast.AST], names: Set[str]) -> Iterator[tuple[str, str, int]]:
    """Every call of one of these names as (owner, name, line): `asyncio.create_task(…)` is ("asyncio", "create_task", n)."""
    for node in nodes:
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute) and node.func.attr in names:
                yield ast.unparse(node.func.value), node.func.attr, node.lineno
            elif isinstance(node.func, ast.Name) and node.func.id in names:
                yield "", node.func.id, node.lineno


def test_only_the_command_line_prints_and_exits(modules: Mapping[str, Any]) -> None:
    wrong = [
        f"{module.where}:{line} {owner}.{name}"
        for module in modules.values()
        if module.name.startswith("voiceagent.")
        for owner, name, line in calls(module.nodes, {"print", "exit", "_exit"})
        if (owner, name) in {("", "print"), ("", "exit"), ("sys", "exit"), ("os", "_exit")}
    ]
    assert not wrong, "\n" + "\n".join(wrong)


def test_the_environment_is_read_in_one_place(modules: Mapping[str, Any]) -> None:
    wrong = [
        f"{module.where}:{node.lineno}"
        for module in modules.values()
        if module.name not in READ_THE_ENVIRONMENT
        for node in module.nodes
        if isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"}
        if ast.unparse(node) in {"os.environ", "os.getenv"}
    ]
    assert not wrong, "\n" + "\n".join(wrong)


def test_every_task_has_an_owner(modules: Mapping[str, Any]) -> None:
    wrong = []
    for module in modules.values():
        if module.name in LEAVES_TASKS_BEHIND or not (started := [*calls(module.nodes, TASKS_WITHOUT_OWNER)]):
            continue
        groups = _task_groups(module.nodes)
        wrong += [f"{module.where}:{line} {owner}.{name}" for owner, name, line in started if _bare(owner) not in groups]
    assert not wrong, "\n" + "\n".join(wrong)


def _task_groups(nodes: Iterable[ast.AST]) -> set[str]:
    """Names that hold a task group in this file: `async with TaskGroup() as x`, `x: TaskGroup`, `x = TaskGroup()`."""
    names = set()
    for node in nodes:
        if isinstance(node, ast.withitem) and "TaskGroup" in ast.unparse(node.context_expr) and node.optional_vars:
            names.add(_bare(ast.unparse(node.optional_vars)))
        elif isinstance(node, ast.AnnAssign) and "TaskGroup" in ast.unparse(node.annotation):
            names.add(_bare(ast.unparse(node.target)))
        elif isinstance(node, ast.arg) and node.annotation and "TaskGroup" in ast.unparse(node.annotation):
            names.add(_bare(node.arg))
        elif isinstance(node, ast.Assign) and "TaskGroup" in ast.unparse(node.value):
            names |= {_bare(ast.unparse(target)) for target in node.targets}
    return names


def _bare(owner: str) -> str:
    """`self._tasks` was given as `tasks`."""
    return owner.rsplit(".", 1)[-1].lstrip("_")


def test_no_test_waits_for_time(root: Path) -> None:
    wrong = []
    for path in sorted((root / "tests").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        nodes = ast.walk(ast.parse(text)) if "sleep" in text else []
        wrong += [f"{path.relative_to(root)}:{line}" for owner, _, line in calls(nodes, {"sleep"}) if owner == "time"]
    assert not wrong, "\n" + "\n".join(wrong)


def test_every_module_says_what_it_knows(modules: Mapping[str, Any]) -> None:
    assert [module.where for module in modules.values() if not ast.get_docstring(module.tree)] == []


def test_files_fit_in_the_head(modules: Mapping[str, Any]) -> None:
    long = {module.where: len(module.path.read_text(encoding="utf-8").splitlines()) for module in modules.values()}
    assert {where: lines for where, lines in long.items() if lines > 420} == {}


def test_importing_a_module_does_nothing(modules: Mapping[str, Any]) -> None:
    """At module level there are only definitions: no loops, no withs, no bare calls."""
    wrong = [
        f"{module.where}:{node.lineno}"
        for module in modules.values()
        if not module.name.endswith("__main__")
        for node in module.tree.body
        if isinstance(node, ast.For | ast.While | ast.With)
        or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Call | ast.Await))
    ]
    assert not wrong, "\n" + "\n".join(wrong)
