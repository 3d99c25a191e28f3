"""The sources as the guards see them: every module of ours, parsed once, with what it imports; and the scripts."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE_ROOTS = (ROOT / "bridge", ROOT / "cli")


@dataclass(frozen=True)
class Import:
    """One imported module; `typing_only` when nothing happens at run time."""

    module: str
    line: int
    typing_only: bool
    at_top: bool


@dataclass(frozen=True)
class Module:
    """One source file of ours."""

    name: str
    path: Path
    tree: ast.Module = field(repr=False)
    nodes: tuple[ast.AST, ...] = field(repr=False)
    """All of the tree. Most guards look at each, and walking is what takes the time."""
    imports: tuple[Import, ...] = field(repr=False)

    @property
    def where(self) -> str:
        return str(self.path.relative_to(ROOT))


@lru_cache(maxsize=1)
def all_modules() -> dict[str, Module]:
    """Every module by its dotted name."""
    paths = {_dotted(path, source_root): path for source_root in SOURCE_ROOTS for path in sorted(source_root.rglob("*.py"))}
    # An agent project's template is data that we write for the user, not a module of ours.
    paths = {name: path for name, path in paths.items() if ".template." not in f"{name}."}
    known = set(paths)
    modules = {}
    for name, path in paths.items():
        tree = ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
        modules[name] = Module(name, path, tree, tuple(ast.walk(tree)), tuple(_imports(tree, known)))
    return modules


def _dotted(path: Path, source_root: Path) -> str:
    parts = path.relative_to(source_root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imports(tree: ast.Module, known: set[str]) -> Iterator[Import]:
    def walk(node: ast.AST, typing_only: bool, at_top: bool) -> Iterator[Import]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Import):
                for alias in child.names:
                    yield Import(alias.name, child.lineno, typing_only, at_top)
            elif isinstance(child, ast.ImportFrom):
                assert child.level == 0, "relative imports are not used here"
                for alias in child.names:
                    submodule = f"{child.module}.{alias.name}"
                    module = submodule if submodule in known else str(child.module)
                    yield Import(module, child.lineno, typing_only, at_top)
            else:
                inside_function = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
                yield from walk(child, typing_only or _is_typing_block(child), at_top and not inside_function)

    return walk(tree, False, True)


def _is_typing_block(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


@pytest.fixture(scope="session")
def modules() -> dict[str, Module]:
    return all_modules()


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], ModuleType]:
    """A script as a module, by its file's name: `script("gen_cli")`."""
    monkeypatch.syspath_prepend(ROOT / "scripts")
    return importlib.import_module
