from __future__ import annotations

from collections.abc import Iterator

import pytest

from voiceagent.config.schema import Settings
from voiceagent.discreet import Words
from voiceagent.local import own_voice as module
from voiceagent.local.own_voice import own_voice


class Beeping:
    """A voice that says a sample for each character."""

    def stream(self, text: str, *, rate: int, **_: object) -> Iterator[bytes]:
        assert rate == 24_000
        yield bytes(2 * len(text))


async def test_it_is_loaded_once_when_it_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded: list[int] = []
    monkeypatch.setattr(module, "find_spec", lambda _: object())
    monkeypatch.setattr(module, "_load", lambda: loaded.append(1) or Beeping())
    say = own_voice(Settings())
    assert say is not None
    assert loaded == []
    assert [len(await say(Words(text), 24_000)) for text in ("One", "moment")] == [6, 12]
    assert loaded == [1]


async def test_a_voice_that_does_not_work_leaves_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> Beeping:
        raise OSError("no weights")

    monkeypatch.setattr(module, "find_spec", lambda _: object())
    monkeypatch.setattr(module, "_load", broken)
    say = own_voice(Settings())
    assert say is not None
    assert await say(Words("One moment"), 24_000) == b""


@pytest.mark.parametrize(("language", "installed"), [("de-DE", True), ("en-US", False)])
def test_where_nobody_could_speak_there_is_none(language: str, installed: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "find_spec", lambda _: object() if installed else None)
    assert own_voice(Settings.model_validate({"agent": {"language": language}})) is None
