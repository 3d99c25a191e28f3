"""Refused settings, word for word."""

from __future__ import annotations

from pathlib import Path

import pytest

from voiceagent.config.complaints import nearest
from voiceagent.config.load import load_settings
from voiceagent.errors import UserError


def complaint(tmp_path: Path, toml: str, **environ: str) -> tuple[str, str]:
    (tmp_path / "voiceagent.toml").write_text(toml)
    with pytest.raises(UserError) as caught:
        load_settings(tmp_path, environ=environ)
    return str(caught.value), caught.value.remedy


@pytest.mark.parametrize(
    ("toml", "sentence"),
    [
        ('[bridge]\nport = "abc"', '`bridge.port` is "abc" (voiceagent.toml:2); expected a valid integer'),
        ("[bridge]\nport = 70000", "`bridge.port` is 70000 (voiceagent.toml:2); expected less than or equal to 65535"),
        (
            '[engine]\nkind = "azure"',
            "`engine.kind` is \"azure\" (voiceagent.toml:2); expected 'auto', 'embedded', 'pipeline', "
            "'voice-live', 'openai', 'azure-openai' or 'foundry-agent'",
        ),
        ("engine = 3", "`engine` is 3 (voiceagent.toml:1); expected a table"),
        ('[silence]\nprompts = "a"', '`silence.prompts` is "a" (voiceagent.toml:2); expected a valid list'),
        ("[[thinker.rules]]\nmatch = []", "`thinker.rules.0.name` is missing (voiceagent.toml:1)"),
        ("[bridge]\nprot = 1", "`bridge.prot` (voiceagent.toml:2) is not a setting; did you mean `bridge.port`?"),
        ("[agent]\nendpoint2 = 1", "`agent.endpoint2` (voiceagent.toml:2) is not a setting"),
        (
            "[agent]\nendpoint = 1",
            "`agent.endpoint` (voiceagent.toml:2) is not a setting",  # two other tables have one: no guess
        ),
        (
            "[agent]\npolicy = 1",
            "`agent.policy` (voiceagent.toml:2) is not a setting; did you mean `capture.policy`?",
        ),
        ("[brigde]\nport = 1", "`brigde` (voiceagent.toml:2) is not a setting; did you mean `bridge`?"),
        (
            '[transfer.targets.a]\nphone = "1"',
            "`transfer.targets.a.phone` (voiceagent.toml:2) is not a setting; did you mean `transfer.targets.a.phone_number`?",
        ),
    ],
)
def test_the_sentence_names_key_value_place_and_expectation(tmp_path: Path, toml: str, sentence: str) -> None:
    assert complaint(tmp_path, toml)[0] == sentence


def test_a_value_from_the_environment_names_its_variable(tmp_path: Path) -> None:
    sentence, _ = complaint(tmp_path, "", PORT="http")
    assert sentence == '`bridge.port` is "http" (environment PORT); expected a valid integer'


def test_the_remedy_of_a_typing_error_is_the_right_name(tmp_path: Path) -> None:
    assert complaint(tmp_path, "[bridge]\nprot = 1")[1] == "rename it to `bridge.port`"


def test_several_findings_come_one_a_line_and_not_endlessly(tmp_path: Path) -> None:
    sentence, _ = complaint(tmp_path, "[bridge]\n" + "".join(f"zz{number} = 1\n" for number in range(9)))
    assert len(sentence.splitlines()) == 6
    assert sentence.endswith("and 4 more")


def test_long_values_are_shortened(tmp_path: Path) -> None:
    assert len(complaint(tmp_path, f'[bridge]\nport = "{"x" * 500}"')[0]) < 150


@pytest.mark.parametrize(
    ("location", "meant"),
    [
        (["engine", "turn_detection", "treshold"], "engine.turn_detection.threshold"),
        (["thinker", "rules", "0", "tol"], "thinker.rules.0.tool"),
        (["log", "qwertz"], None),
        (["nowhere", "at", "all"], None),
    ],
)
def test_the_setting_that_was_meant(location: list[str], meant: str | None) -> None:
    assert nearest(location) == meant
