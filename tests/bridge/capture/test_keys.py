"""Where the keys of captures come from."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from voiceagent.capture.keys import pseudonym_key, reading_key, writing_key
from voiceagent.capture.seal import CaptureKey
from voiceagent.config.schema import CaptureSection
from voiceagent.errors import UserError

PLAIN = b"k" * 32
TEXT = base64.b64encode(PLAIN).decode()


def nobody(_: str) -> str:
    raise AssertionError("nobody was to be asked")


def test_a_key_of_the_settings_opens_captures_whether_or_not_new_ones_are_encrypted() -> None:
    assert reading_key(CaptureSection(key=TEXT), fetch=nobody) == CaptureKey(PLAIN)
    assert reading_key(CaptureSection(), fetch=nobody) is None
    assert writing_key(CaptureSection(key=TEXT), fetch=nobody) is None
    assert writing_key(CaptureSection(key=TEXT, encryption="aes-gcm"), fetch=nobody) == CaptureKey(PLAIN)


def test_a_key_may_be_in_a_vault() -> None:
    section = CaptureSection(key_vault_key="https://v.vault.azure.net/secrets/k", encryption="aes-gcm")
    assert writing_key(section, fetch={section.key_vault_key: TEXT}.__getitem__) == CaptureKey(PLAIN)
    with pytest.raises(UserError, match=r"the secret https://v.vault.azure.net/secrets/k is not base64"):
        reading_key(section, fetch=lambda _: "?")


def test_encryption_without_a_key_is_a_user_error() -> None:
    with pytest.raises(UserError, match=r"`capture.encryption` is aes-gcm, and there is no key") as caught:
        writing_key(CaptureSection(encryption="aes-gcm"))
    assert "VOICEAGENT_CAPTURE_KEY" in caught.value.remedy
    assert writing_key(CaptureSection(encryption="aes-gcm", policy="off")) is None


def test_the_key_of_pseudonyms_is_made_once_and_is_private(tmp_path: Path) -> None:
    folder = tmp_path / ".voiceagent"
    key = pseudonym_key(folder)
    assert len(key) == 32
    assert pseudonym_key(folder) == key
    [path] = folder.iterdir()
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_broken_key_file_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "pseudonyms.key").write_bytes(b"short")
    assert pseudonym_key(tmp_path) == pseudonym_key(tmp_path)


def test_where_nothing_can_be_kept_a_fresh_one_serves(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert pseudonym_key(tmp_path / "file") != pseudonym_key(tmp_path / "file")
