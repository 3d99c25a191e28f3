"""What the caller does in an emulated call: the options of `voiceagent call`, in their order, as the phone's script."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

from voiceagent.errors import UserError

INTERRUPT_AFTER_MS = 700
"""When `--interrupt` names no moment: well inside the agent's first sentence, past its first word."""
LONGEST_MS = 600_000
"""The emulated phone's own bound: ten minutes."""
_DIGITS = re.compile(r"[0-9]+")
STEP_OPTIONS = ("say", "wav", "interrupt", "dtmf", "silence")


def script(options: Iterable[tuple[str, str]], doubt: Callable[[str], None]) -> list[dict[str, Any]]:
    """The steps for the phone, from (option name, typed value) in the order typed.

    `doubt` is told, a sentence each, what will sound other than it was meant. UserError for what makes no sense.
    """
    steps: dict[str, Callable[[str], dict[str, Any]]] = {**_STEPS, "wav": partial(_wav, doubt=doubt)}
    return [steps[name](value) for name, value in options if name in steps]


def _say(text: str) -> dict[str, Any]:
    if not text.strip():
        raise UserError("--say has nothing to say.", remedy="--say 'Where is my order?', or --silence 2000 for a pause")
    return {"say": text}


def _wav(typed: str, *, doubt: Callable[[str], None]) -> dict[str, Any]:
    from voiceagent.audio.wav import cut_short, read_wav

    path = Path(typed)
    if not path.is_file():
        what = (
            "names no file"
            if not typed.strip()
            else f"{typed}: {'this is a folder' if path.is_dir() else 'there is no such file'}"
        )
        raise UserError(f"--wav {what}.", remedy="--wav hello.wav, a WAV file with what the caller says")
    content = path.read_bytes()
    if not content:
        raise UserError(f"--wav {typed}: the file is empty.", remedy="record it again, or give another file")
    read_wav(content, name=typed)  # complains about anything that is not a WAV file, before the phone rings
    if told := cut_short(content, name=typed):
        doubt(told)
    return {"wav": base64.b64encode(content).decode("ascii")}


def _interrupt(typed: str) -> dict[str, Any]:
    text, at, moment = typed.rpartition("@")
    if not at:
        text, moment = typed, str(INTERRUPT_AFTER_MS)
    elif not _DIGITS.fullmatch(moment.strip()):
        remedy = f"TEXT@MS, as in --interrupt 'Sorry, wait@900'; words with an @ need the moment too: '{typed}@700'"
        raise UserError(f"--interrupt {typed}: {moment!r} after the last @ is no number of milliseconds.", remedy=remedy)
    if not text.strip():
        raise UserError(f"--interrupt {typed}: no words.", remedy="--interrupt 'Sorry, wait@900'")
    return {"interrupt": text.strip(), "after_ms": _ms(f"--interrupt {typed}", moment.strip())}


def _dtmf(typed: str) -> dict[str, Any]:
    keys = typed.replace(" ", "").upper()
    if not re.fullmatch(r"[0-9*#A-D]+", keys):
        raise UserError(f"--dtmf {typed}: a phone has the keys 0-9 * # A-D.", remedy="--dtmf 4271#")
    return {"dtmf": keys}


def _silence(typed: str) -> dict[str, Any]:
    wanted = _ms(f"--silence {typed}", typed) if _DIGITS.fullmatch(typed) else 0
    if not wanted:
        raise UserError(f"--silence {typed}: how many milliseconds?", remedy="--silence 2000")
    return {"silence": wanted}


def _ms(option: str, digits: str) -> int:
    """Milliseconds; measured as text first, as there are numbers too long to be read."""
    digits = digits.lstrip("0") or "0"
    if len(digits) > len(str(LONGEST_MS)) or int(digits) > LONGEST_MS:
        raise UserError(f"{option}: the phone waits {LONGEST_MS} ms at most.", remedy="give fewer milliseconds")
    return int(digits)


_STEPS = {"say": _say, "interrupt": _interrupt, "dtmf": _dtmf, "silence": _silence}
