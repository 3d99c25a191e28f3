"""Who may know whom (docs/architecture.md), read from the imports themselves."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

LEAVES = {
    "voiceagent",
    "voiceagent.errors",
    "voiceagent.discreet",
    "voiceagent.loopback",
    "voiceagent.nesting",
    "voiceagent.trust",
}
"""Known by everyone, knowing no one."""

PURE = ("audio", "protocol", "call")
ADAPTERS = ("legs", "engines", "control", "capture", "observe", "tools", "agent")
CORE = {"ports", "call", "audio"}

MAY_KNOW: Mapping[str, set[str]] = {
    "audio": set(),
    "protocol": {"audio"},
    "call": {"audio"},
    "ports": {"call"},
    "config": set(),
    "speech": {"audio", "config"},
    "runtime": CORE,
    "legs": CORE | {"protocol", "config"},
    "engines": CORE | {"protocol", "config"},
    "control": CORE | {"protocol", "config"},
    "capture": CORE | {"config", "protocol"},  # what is exported or imported is in the words of the wire
    "observe": CORE | {"config"},
    "tools": CORE | {"config"},
    "agent": CORE | {"config", "tools"},  # a project is where the tools come from: it loads them
    "emulators": {"protocol", "audio", "speech", "config"},
    "cloud": {"config", "tunnels"},
    "tunnels": {"ports", "config", "protocol"},
    "server": CORE | {"protocol", "config", "runtime", *ADAPTERS},
    "workbench": CORE | {"config", "observe", "capture"},
    "local": CORE
    | {"config", "protocol", "agent", "server", "observe", "capture", "workbench", "runtime", "legs", "control", "speech"}
    | {"cloud", "tunnels"},
    "doctor": CORE | {"config", "protocol", "control", "engines", "agent", "observe", "server", "local", "cloud", "tunnels"},
    "rca": {"capture", "observe", "doctor"},
    "replay": CORE | {"protocol", "config", "runtime", "local", *ADAPTERS},
    "scenarios": CORE | {"protocol", "config", "local", *ADAPTERS},
    "testing": CORE | {"protocol", "config", "runtime", "speech", "emulators", "local", "replay", "scenarios", *ADAPTERS},
}
"""For each part of the library the other parts it may import; itself and the leaves always."""

UNCLEAN = {"asyncio", "socket", "time", "os", "random", "secrets", "threading", "subprocess", "logging", "selectors", "ssl"}
"""What has no place in code that thinks: waiting, clocks, chance, the environment."""

ARITHMETIC = {"numpy", "soxr"}
"""Third-party packages that `audio` may use, inside functions."""


def part(module: str) -> str:
    """`voiceagent.call.turns` is of the part `call`."""
    words = module.split(".")
    return words[1] if len(words) > 1 else ""


def test_every_part_has_its_rule(modules: Mapping[str, Any]) -> None:
    parts = {part(name) for name in modules if name.startswith("voiceagent.") and name not in LEAVES}
    assert parts <= set(MAY_KNOW), f"say in MAY_KNOW whom these may know: {sorted(parts - set(MAY_KNOW))}"


def test_imports_follow_the_directions(modules: Mapping[str, Any]) -> None:
    wrong = [
        f"{module.where}:{imported.line} imports {imported.module}"
        for module in modules.values()
        if module.name.startswith("voiceagent.") and module.name not in LEAVES
        for imported in module.imports
        if imported.module.split(".")[0] == "voiceagent"
        and imported.module not in LEAVES
        and part(imported.module) not in {part(module.name)} | MAY_KNOW[part(module.name)]
    ]
    assert not wrong, "\n" + "\n".join(wrong)


def test_nothing_knows_the_command_line(modules: Mapping[str, Any]) -> None:
    wrong = [
        f"{module.where}:{imported.line}"
        for module in modules.values()
        if module.name.startswith("voiceagent.") or module.name == "voiceagent"
        for imported in module.imports
        if imported.module.startswith("voiceagent_cli")
    ]
    assert not wrong, "\n" + "\n".join(wrong)


def test_leaves_know_no_one(modules: Mapping[str, Any]) -> None:
    wrong = [
        f"{name} imports {imported.module}"
        for name in LEAVES - {"voiceagent"}
        for imported in modules[name].imports
        if imported.module.startswith("voiceagent")
    ]
    assert not wrong, "\n" + "\n".join(wrong)


def test_pure_parts_use_the_standard_library_alone(modules: Mapping[str, Any]) -> None:
    wrong = []
    for module in modules.values():
        if part(module.name) not in PURE:
            continue
        for imported in module.imports:
            top = imported.module.split(".")[0]
            arithmetic = top in ARITHMETIC and part(module.name) == "audio" and (not imported.at_top or imported.typing_only)
            if top != "voiceagent" and top not in sys.stdlib_module_names and not arithmetic:
                wrong.append(f"{module.where}:{imported.line} imports {imported.module}")
    assert not wrong, "\n" + "\n".join(wrong)


def test_pure_parts_have_no_clock_no_chance_no_environment(modules: Mapping[str, Any]) -> None:
    wrong = [
        f"{module.where}:{imported.line} imports {imported.module}"
        for module in modules.values()
        if part(module.name) in PURE
        for imported in module.imports
        if imported.module.split(".")[0] in UNCLEAN
    ]
    assert not wrong, "\n" + "\n".join(wrong)


def test_no_import_cycles(modules: Mapping[str, Any]) -> None:
    graph = {
        name: {
            imported.module
            for imported in module.imports
            if imported.module in modules and not imported.typing_only and imported.module != name
        }
        for name, module in modules.items()
    }
    # The root resolves its names on first use; whoever asks it for the version does not ask for those.
    graph["voiceagent"] = set()
    assert _cycle(graph) is None


def _cycle(graph: Mapping[str, set[str]]) -> list[str] | None:
    done: set[str] = set()

    def visit(name: str, path: list[str]) -> list[str] | None:
        if name in path:
            return [*path[path.index(name) :], name]
        if name in done:
            return None
        for neighbour in sorted(graph[name]):
            if found := visit(neighbour, [*path, name]):
                return found
        done.add(name)
        return None

    for name in sorted(graph):
        if found := visit(name, []):
            return found
    return None
