"""What docs/engines.md and docs/twilio.md show can be used as it stands: settings, engines, and a voice of one's own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from voiceagent.config.load import load_settings
from voiceagent.config.schema import Settings
from voiceagent.engines.catalog import check, connection_of
from voiceagent.speech import parts, pipeline

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGES = {name: (DOCS / name).read_text(encoding="utf-8") for name in ("engines.md", "twilio.md")}
SHOWN = [text for page in PAGES.values() for text in re.findall(r"^```toml\n(.*?)^```", page, re.DOTALL | re.MULTILINE)]
VOICE = re.findall(r"^```python\n(.*?)^```", PAGES["engines.md"], re.DOTALL | re.MULTILINE)


def loaded(folder: Path, text: str) -> Settings:
    (folder / "voiceagent.toml").write_text(text, encoding="utf-8")
    environ = {
        "AZURE_OPENAI_ENDPOINT": "https://x.openai.azure.com",
        "AZURE_OPENAI_API_KEY": "k",
        "OPENAI_API_KEY": "k",
        "AZURE_VOICELIVE_ENDPOINT": "https://x.services.ai.azure.com",
    }
    return load_settings(folder, environ=environ).settings


@pytest.mark.parametrize("text", SHOWN)
def test_settings_that_are_shown_lead_to_an_engine(tmp_path: Path, text: str) -> None:
    settings = loaded(tmp_path, text)
    check(settings)
    assert connection_of(settings).url.startswith("wss://")


def test_the_voice_that_is_shown_speaks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (voice,) = VOICE
    (tmp_path / "voice.py").write_text(voice, encoding="utf-8")
    made: list[object] = []
    monkeypatch.setattr(parts, "load_ear", lambda: "an ear")
    monkeypatch.setattr(parts, "assemble", lambda **roles: made.append(roles["voice"]))
    settings = Settings.model_validate({"pipeline": {"speak": "voice.py:beeping"}})
    pipeline.load_pipeline(settings, tmp_path)
    spoken = list(made[0].stream("two words", rate=24_000))  # type: ignore[attr-defined]  # as the page has it
    assert [len(piece) for piece in spoken] == [9_600, 9_600]


def test_the_pages_show_settings() -> None:
    assert len(SHOWN) > 5
