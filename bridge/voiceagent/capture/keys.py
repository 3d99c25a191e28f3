"""The two keys of captures: one encrypts them and is in the settings, one is behind the pseudonyms and is the project's own."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from voiceagent.capture.seal import MAKE_ONE, CaptureKey, parse_key
from voiceagent.capture.vault import read_secret
from voiceagent.config.schema import CaptureSection
from voiceagent.errors import UserError

PSEUDONYMS = "pseudonyms.key"
_BYTES = 32


def reading_key(settings: CaptureSection, *, fetch: Callable[[str], str] = read_secret) -> CaptureKey | None:
    """The key to open encrypted captures with, if the settings name one."""
    if settings.key:
        return parse_key(settings.key, where="VOICEAGENT_CAPTURE_KEY")
    if settings.key_vault_key:
        return parse_key(fetch(settings.key_vault_key), where=f"the secret {settings.key_vault_key}")
    return None


def writing_key(settings: CaptureSection, *, fetch: Callable[[str], str] = read_secret) -> CaptureKey | None:
    """The key to encrypt captures with; None when they are not to be. UserError when they are and there is no key."""
    if settings.encryption == "none" or settings.policy == "off":
        return None
    key = reading_key(settings, fetch=fetch)
    if key is None:
        raise UserError(
            "`capture.encryption` is aes-gcm, and there is no key",
            remedy=f"set VOICEAGENT_CAPTURE_KEY or capture.key_vault_key; {MAKE_ONE}",
        )
    return key


def pseudonym_key(folder: Path) -> bytes:
    """The key that gives a caller the same pseudonym in all captures of a project; made when it is first asked for.

    Where nothing can be kept it is a fresh one: then the same caller is the same within a process only.
    """
    path = folder / PSEUDONYMS
    kept = _kept(path)
    if len(kept) == _BYTES:
        return kept
    made = secrets.token_bytes(_BYTES)
    draft = folder / f"{PSEUDONYMS}.{secrets.token_hex(4)}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with open(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            file.write(made)
        if kept:
            draft.replace(path)
        else:
            os.link(draft, path)  # never over a key that another process has just made
    except OSError:
        theirs = _kept(path)
        return theirs if len(theirs) == _BYTES else made
    finally:
        with suppress(OSError):
            draft.unlink()
    return made


def _kept(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
