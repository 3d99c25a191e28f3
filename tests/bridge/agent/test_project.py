"""A folder as an agent, and an agent as what a call must know."""

from __future__ import annotations

from pathlib import Path

import pytest

from voiceagent.agent.project import AgentProject, is_project_file, load_project, project_files, project_hash
from voiceagent.call.settings import TargetPolicy
from voiceagent.config.load import load_settings
from voiceagent.errors import UserError

TOML = """
[agent]
greeting = "Hello."
[engine.turn_detection]
silence_duration_ms = 400
[engine.options]
temperature = 0.7
[bridge]
audio_format = "pcm16k"
[transfer.targets.support]
phone_number = "+14255550123"
description = "people"
ring_seconds = 20
[silence]
after_seconds = 2
prompts = ["Hello?"]
[limits]
max_call_minutes = 2
tool_timeout_seconds = 1.5
"""
TOOLS = "from voiceagent import tool\n\n\n@tool\ndef look(a: str) -> str:\n    'Look.'\n    return a\n"


def project(directory: Path, toml: str = TOML, prompt: str | None = "Be brief.", tools: str | None = TOOLS) -> AgentProject:
    directory.mkdir(exist_ok=True)
    (directory / "voiceagent.toml").write_text(toml)
    for name, text in (("prompt.md", prompt), ("tools.py", tools)):
        if text is not None:
            (directory / name).write_text(text)
    return load_project(directory, load_settings(directory, environ={}).settings)


def test_the_engine_is_told_voice_words_tools_and_turns(tmp_path: Path) -> None:
    setup = project(tmp_path).engine_setup()
    assert (setup.instructions, setup.sample_rate, setup.options) == ("Be brief.", 16000, {"temperature": 0.7})
    assert setup.voice == "en-US-Ava:DragonHDLatestNeural"
    assert [spec.name for spec in setup.tools] == ["look"]
    assert setup.turn_detection == {"type": "server_vad", "silence_duration_ms": 400}
    assert setup.transcription == {"model": "azure-speech", "language": "en-US"}


def test_the_session_is_told_its_policies_in_milliseconds(tmp_path: Path) -> None:
    settings = project(tmp_path).session_settings()
    assert (settings.greeting, settings.greeting_by, settings.record) == ("Hello.", "text", False)
    assert (settings.silence_after_ms, settings.silence_prompts) == (2000, ("Hello?",))
    assert (settings.max_call_ms, settings.tool_timeout_ms) == (120_000, 1500)
    assert settings.targets == {"support": TargetPolicy(description="people", ring_seconds=20, agent="leaves")}


def test_a_targets_address_stays_away_from_the_session(tmp_path: Path) -> None:
    assert "4255550123" not in repr(project(tmp_path).session_settings())


@pytest.mark.parametrize(
    ("prompt", "sentence"),
    [(None, "the agent's instructions are missing"), (" \n", "the agent's instructions are empty")],
)
def test_an_agent_without_instructions_is_refused(tmp_path: Path, prompt: str | None, sentence: str) -> None:
    with pytest.raises(UserError, match=sentence) as caught:
        project(tmp_path, prompt=prompt)
    assert str(tmp_path / "prompt.md") in str(caught.value)


def test_instructions_that_are_no_text_are_refused(tmp_path: Path) -> None:
    (tmp_path / "prompt.md").write_bytes(b"\xff")
    with pytest.raises(UserError, match="cannot be read"):
        project(tmp_path, prompt=None)


def test_an_agent_may_have_no_tools(tmp_path: Path) -> None:
    assert list(project(tmp_path, tools=None).toolset.specs()) == []
    assert list(project(tmp_path, toml='[agent]\ntools = ""\n').toolset.specs()) == []


def test_a_tools_file_that_was_named_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="the tools file is missing"):
        project(tmp_path, toml='[agent]\ntools = "other.py"\n')


def test_the_hash_changes_with_the_agent_and_with_nothing_else(tmp_path: Path) -> None:
    first = project(tmp_path).hash
    for name in (".env", "captures/c.jsonl.gz", "captures/x.py", "__pycache__/a.py", ".git/x.md", "notes.bin"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    assert project_hash(tmp_path) == first
    (tmp_path / "prompt.md").write_text("Be very brief.")
    assert project_hash(tmp_path) != first


def test_the_hash_does_not_depend_on_the_folders_name(tmp_path: Path) -> None:
    assert project(tmp_path / "a").hash == project(tmp_path / "b").hash


def test_a_file_that_is_gone_by_the_time_it_is_read_is_no_part_of_the_hash(tmp_path: Path) -> None:
    loaded = project(tmp_path)
    (tmp_path / "gone.md").symlink_to("nowhere.md")
    assert project_hash(tmp_path) == loaded.hash


def test_a_file_that_cannot_be_read_is_told_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "round.md").symlink_to("round.md")
    with pytest.raises(UserError, match=r"round\.md cannot be read: .*symbolic links") as caught:
        project_hash(tmp_path)
    assert "take it out of" in caught.value.remedy


async def test_tools_obey_the_projects_limits(tmp_path: Path) -> None:
    small = project(tmp_path, toml="[limits]\ntool_output_bytes = 256\n")
    returned = await small.toolset.run("look", '{"a": "%s"}' % ("x" * 999), tool_call_id="t", timeout_ms=999, context={})
    assert len(returned.output) <= 256


def test_a_rule_whose_tool_is_not_there_is_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    rule = '\n[[thinker.rules]]\nname = "orders"\nmatch = ["order"]\ntool = "{}"\n'
    project(tmp_path / "built-in", TOML + rule.format("end_call"))
    project(tmp_path / "chat", TOML + '[thinker]\nkind = "chat"\n' + rule.format("lok"))
    assert caplog.text == ""
    project(tmp_path / "near", TOML + rule.format("lok"))
    assert "the rule `orders` in [[thinker.rules]] runs the tool `lok`, which is not there; did you mean `look`?" in caplog.text


def test_the_default_tools_file_may_be_missing_until_it_is_named(tmp_path: Path) -> None:
    assert not project(tmp_path / "silent", tools=None).toolset.specs()
    with pytest.raises(UserError, match=r"the tools file is missing: .*tools\.py") as caught:
        project(tmp_path / "named", '[agent]\ntools = "tools.py"\n', tools=None)
    assert "write the file" in caught.value.remedy


def test_a_rule_whose_target_is_not_there_is_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    rule = '\n[[thinker.rules]]\nname = "human"\ntool = "request_transfer"\narguments = {{ target = "{}" }}\n'
    project(tmp_path / "there", TOML + rule.format("support"))
    project(tmp_path / "said", TOML + rule.format("{utterance}"))
    assert caplog.text == ""
    project(tmp_path / "near", TOML + rule.format("supprt"))
    assert "`human` in [[thinker.rules]] transfers to `supprt`, which is not there; did you mean `support`?" in caplog.text


def test_a_file_of_the_project_is_told_by_its_name_alone(tmp_path: Path) -> None:
    ours = ["prompt.md", "voiceagent.toml", "tools.py", "lib/prices.json", "lib/deep/words.txt"]
    others = [".env", "notes.bin", "captures/x.json", "lib/__pycache__/a.py", ".git/x.md", "lib/.cache/a.py", ".x.md", "lib"]
    for name in (*ours, *others[:-1]):
        (tmp_path / name).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / name).write_text("x")
    assert {path.relative_to(tmp_path).as_posix() for path in project_files(tmp_path)} == set(ours)
    for gone in (False, True):
        assert [name for name in ours if not is_project_file(tmp_path, tmp_path / name)] == []
        assert [name for name in others if is_project_file(tmp_path, tmp_path / name)] == []
        if not gone:
            for name in (*ours, *others[:-1]):
                (tmp_path / name).unlink()
    assert not is_project_file(tmp_path / "lib", tmp_path / "prompt.md")
