"""A pipeline by its settings: ready parts, plug-ins of three kinds, and a sentence for what is missing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from voiceagent.config.schema import Settings
from voiceagent.errors import UserError
from voiceagent.speech import parts, pipeline
from voiceagent.speech.hear.azure import AzureEar
from voiceagent.speech.hear.openai import OpenaiEar
from voiceagent.speech.speak.streamed import AzureVoice, OpenaiVoice
from voiceagent.speech.think.chat import ChatThinker
from voiceagent.speech.think.rules import RulesThinker

OPENAI = {"base_url": "https://x/v1", "api_key": "k"}
SPEECH = {"region": "westeurope", "key": "k"}


class Assembled:
    def __init__(self, *, ear: Any, thinker: Any, voice: Any) -> None:
        self.ear, self.thinker, self.voice = ear, thinker, voice


@pytest.fixture(autouse=True)
def no_models(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "assemble", Assembled)
    monkeypatch.setattr(parts, "load_ear", lambda: "the embedded ear")
    monkeypatch.setattr(parts, "load_voice", lambda: "the embedded voice")


def load(folder: Path, chosen: dict[str, Any], **sections: Any) -> Any:
    return pipeline.load_pipeline(Settings.model_validate({"pipeline": chosen, **sections}), folder)


def test_without_a_choice_it_is_the_embedded_engine(tmp_path: Path) -> None:
    made = load(tmp_path, {})
    assert (made.ear, made.voice, type(made.thinker)) == ("the embedded ear", "the embedded voice", RulesThinker)


def test_openais_parts_share_an_address_with_the_chat(tmp_path: Path) -> None:
    thinker = {"base_url": "https://x/v1", "model": "m", "kind": "chat", "api_key": "k"}
    made = load(tmp_path, {"hear": "openai", "speak": "openai"}, thinker=thinker)
    assert (type(made.ear), type(made.voice), type(made.thinker)) == (OpenaiEar, OpenaiVoice, ChatThinker)


def test_azures_parts_take_the_agents_voice(tmp_path: Path) -> None:
    chosen = {"hear": "azure-speech", "speak": "azure-speech", "azure_speech": SPEECH}
    made = load(tmp_path, chosen, agent={"voice": "en-US-AvaMultilingualNeural"})
    assert (type(made.ear), type(made.voice)) == (AzureEar, AzureVoice)


def test_a_file_of_the_project_may_hold_a_part(tmp_path: Path) -> None:
    (tmp_path / "parts.py").write_text("def ear(settings):\n    return ('ear of', settings.agent.name)\n")
    assert load(tmp_path, {"hear": "parts.py:ear"}, agent={"name": "Ada"}).ear == ("ear of", "Ada")


def test_a_module_may_hold_a_part(tmp_path: Path) -> None:
    assert load(tmp_path, {"think": "builtins:type"}).thinker is Settings


def test_an_installed_plug_in_is_found_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Point:
        def load(self) -> Any:
            return lambda _: "a voice of somebody else"

    asked: list[tuple[str, str]] = []

    def entry_points(*, group: str, name: str) -> list[Point]:
        asked.append((group, name))
        return [Point()]

    monkeypatch.setattr(pipeline, "entry_points", entry_points)
    assert load(tmp_path, {"speak": "elsewhere"}).voice == "a voice of somebody else"
    assert asked == [("voiceagent.speak", "elsewhere")]


@pytest.mark.parametrize(
    ("chosen", "sentence"),
    [
        ({"hear": "nobody"}, "pipeline.hear is nobody, and there is no such part"),
        ({"think": "builtins:nothing"}, "pipeline.think is builtins:nothing, and there is no such part"),
        ({"hear": "no.such.module:x"}, "pipeline.hear names the module no.such.module, which is not there"),
        ({"speak": "gone.py:x"}, "pipeline.speak names gone.py, and"),
        ({"hear": "openai"}, "pipeline.hear is openai, and pipeline.openai.base_url is empty"),
        ({"hear": "azure-speech"}, "pipeline.hear is azure-speech, and pipeline.azure_speech.region is empty"),
        ({"speak": "azure-speech", "azure_speech": SPEECH}, "which Azure Speech does not have"),
    ],
)
def test_what_is_missing_is_told_with_the_remedy(tmp_path: Path, chosen: dict[str, Any], sentence: str) -> None:
    with pytest.raises(UserError) as caught:
        load(tmp_path, chosen, agent={"voice": "alloy"})
    assert sentence in str(caught.value)
    assert caught.value.remedy


def test_a_file_may_hold_dataclasses(tmp_path: Path) -> None:
    (tmp_path / "parts.py").write_text(
        "from __future__ import annotations\nfrom dataclasses import dataclass\n\n"
        "@dataclass\nclass Own:\n    settings: object\n    note: str = 'x'\n"
    )
    assert load(tmp_path, {"hear": "parts.py:Own"}).ear.note == "x"


@pytest.mark.parametrize(
    ("code", "sentence", "line"),
    [
        ("def ear(settings:\n", "SyntaxError", 1),
        ("x = 1\n1 / 0\n", "ZeroDivisionError: division by zero", 2),
        ("import no_such_library\n", "ModuleNotFoundError: No module named 'no_such_library'", 1),
        ("def ear(settings):\n    raise RuntimeError('no microphone')\n", "RuntimeError: no microphone", 2),
    ],
)
def test_what_a_file_raises_while_it_is_loaded_is_told_with_its_line(
    tmp_path: Path, code: str, sentence: str, line: int
) -> None:
    (tmp_path / "parts.py").write_text(code)
    with pytest.raises(UserError) as caught:
        load(tmp_path, {"hear": "parts.py:ear"})
    assert str(caught.value).startswith("pipeline.hear is parts.py")
    assert sentence in str(caught.value)
    assert caught.value.remedy == f"see line {line} of {tmp_path / 'parts.py'}"


def test_a_part_that_refuses_its_settings_is_believed(tmp_path: Path) -> None:
    (tmp_path / "parts.py").write_text(
        "from voiceagent.errors import UserError\n\ndef ear(settings):\n    raise UserError('no model', remedy='get one')\n"
    )
    with pytest.raises(UserError, match=r"^no model$"):
        load(tmp_path, {"hear": "parts.py:ear"})


def test_a_plug_in_that_breaks_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Point:
        def load(self) -> Any:
            raise ImportError("a library is missing")

    monkeypatch.setattr(pipeline, "entry_points", lambda **_: [Point()])
    with pytest.raises(UserError, match=r"speak is elsewhere, which cannot be loaded: ImportError: a library is missing"):
        load(tmp_path, {"speak": "elsewhere"})
