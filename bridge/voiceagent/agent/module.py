"""The author's `tools.py` as a module: found by its path, loaded afresh each time, its mistakes told by file and line."""

from __future__ import annotations

import ast
import inspect
import itertools
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from voiceagent.agent.importing import attended
from voiceagent.errors import UserError, unreadable
from voiceagent.tools.define import options_of, tool

_numbers = itertools.count(1)


def tool_functions(path: Path) -> list[Callable[..., Any]]:
    """The `@tool` functions of a file, in the order they were written. UserError with file, line and the exception."""
    module = _load(path)
    functions: dict[int, Callable[..., Any]] = {}
    for value in vars(module).values():
        if options_of(value) is not None:
            functions.setdefault(id(value), value)
    return list(functions.values())


def _load(path: Path) -> ModuleType:
    # Compiled here and not by the import system, whose cached bytecode may be older than an edit of the same second.
    try:
        tree = ast.parse(path.read_bytes(), str(path))
        code = compile(tree, str(path), "exec", dont_inherit=True)
    except SyntaxError as error:
        raise UserError(f"{path}:{error.lineno}: {error.msg}", remedy="mend the line") from error
    except (OSError, ValueError) as error:
        raise unreadable(path, error) from error
    module = ModuleType(f"voiceagent_project_{next(_numbers)}")
    module.__file__ = str(path)
    sys.modules[module.__name__] = module  # dataclasses and pydantic look their types up there
    try:
        with _neighbours(path.parent), attended(path.parent):
            exec(code, module.__dict__)  # noqa: S102 - running the author's code is the purpose
        _check_names(tree, path, module)
    except KeyboardInterrupt:
        del sys.modules[module.__name__]
        raise
    except BaseException as error:  # whatever the author's code raises while it is imported, sys.exit included
        del sys.modules[module.__name__]
        raise _broken(path, error) from error
    _forget_earlier(module)
    return module


def _check_names(tree: ast.Module, path: Path, module: ModuleType) -> None:
    """Of two functions with one name Python keeps the second, and the model would never hear of the first.

    Asked once the file has run: only then it is known whose decorator it was, and whether the first has got another name.
    """
    kept = {_first_line(value) for value in vars(module).values() if options_of(value) is not None}
    lines: dict[str, int] = {}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and any(
            _is_tool(each, module) for each in node.decorator_list
        ):
            earlier = lines.get(node.name)
            if earlier is not None:
                raise UserError(
                    f"two tools are named `{node.name}`: {path}:{earlier} and {path}:{node.lineno}",
                    remedy="rename one of the functions",
                )
            if (str(path), node.decorator_list[0].lineno) not in kept:
                lines[node.name] = node.lineno


def _first_line(function: Any) -> tuple[str, int] | None:
    """Where a function was written, its decorators included."""
    code = getattr(inspect.unwrap(function), "__code__", None)
    return (code.co_filename, code.co_firstlineno) if code else None


def _is_tool(decorator: ast.expr, module: ModuleType) -> bool:
    return _meant(decorator.func if isinstance(decorator, ast.Call) else decorator, module) is tool


def _meant(name: ast.expr, module: ModuleType) -> object:
    """What `tool` or `voiceagent.tool` means in the module; None for anything that is no name of a module's."""
    if isinstance(name, ast.Name):
        return vars(module).get(name.id)
    owner = _meant(name.value, module) if isinstance(name, ast.Attribute) else None
    return getattr(owner, name.attr, None) if isinstance(owner, ModuleType) and isinstance(name, ast.Attribute) else None


@contextmanager
def _neighbours(folder: Path) -> Iterator[None]:
    """`import orders` finds `orders.py` beside the file, and the next load reads it again.

    What was imported before is left alone: it may be ourselves, when the project is the checkout we run from.
    """
    before = set(sys.modules)
    sys.path.insert(0, str(folder))
    writes_bytecode, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        yield
    finally:
        sys.dont_write_bytecode = writes_bytecode
        if str(folder) in sys.path:
            sys.path.remove(str(folder))
        for name, module in list(sys.modules.items()):
            file = getattr(module, "__file__", None)
            own = name.startswith("voiceagent_project_")
            if file and not own and name not in before and _is_within(Path(file), folder):
                del sys.modules[name]


def _is_within(file: Path, folder: Path) -> bool:
    try:
        parts = file.resolve().relative_to(folder.resolve()).parts
    except (ValueError, OSError):
        return False
    return "site-packages" not in parts and ".venv" not in parts


def _forget_earlier(module: ModuleType) -> None:
    """Of one file only the newest load is kept; calls under way hold on to the functions they have."""
    for name, other in list(sys.modules.items()):
        if name.startswith("voiceagent_project_") and other is not module and other.__file__ == module.__file__:
            del sys.modules[name]


def _broken(path: Path, error: BaseException) -> UserError:
    if isinstance(error, UserError):
        return error
    if isinstance(error, SyntaxError):  # in a module that the file imports
        return UserError(f"{error.filename}:{error.lineno}: {error.msg}", remedy="mend the line")
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if _is_within(Path(frame.filename), path.parent)]
    place = f"{own[-1].filename}:{own[-1].lineno}" if own else str(path)
    message = str(error).splitlines()[0] if str(error) else ""
    sentence = f"{place}: {type(error).__name__}: {message}" if message else f"{place}: {type(error).__name__}"
    remedy = "install the missing package" if isinstance(error, ModuleNotFoundError) else "mend it; the file must import"
    return UserError(sentence, remedy=remedy)
