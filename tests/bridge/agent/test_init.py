"""New projects: complete, working offline, never over something that is there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from voiceagent.agent.init import PARTS, TEMPLATES, Choices, part_files, template_files, templates, write_project
from voiceagent.agent.project import AgentProject, load_project
from voiceagent.config.load import load_settings
from voiceagent.config.schema import Settings
from voiceagent.discreet import PhoneNumber
from voiceagent.errors import UserError
from voiceagent.scenarios.load import cases


def made(tmp_path: Path) -> AgentProject:
    write_project(tmp_path / "desk")
    return load_project(tmp_path / "desk", load_settings(tmp_path / "desk", environ={}).settings)


def test_a_new_project_has_these_files(tmp_path: Path) -> None:
    written = write_project(tmp_path / "new" / "desk")
    assert [path.relative_to(tmp_path / "new" / "desk").as_posix() for path in written] == [
        *(".env.example", ".gitignore", "README.md", "prompt.md"),
        *(f"scenarios/{name}.yaml" for name in ("barge-in", "order-status", "transfer-answered", "transfer-busy")),
        *("tools.py", "voiceagent.toml"),
    ]
    assert all(path.read_bytes() for path in written)


def test_a_new_project_loads_and_greets(tmp_path: Path) -> None:
    session = made(tmp_path).session_settings()
    assert session.greeting.startswith("Hello")
    assert list(session.targets) == ["support"]


@pytest.mark.parametrize(
    ("number", "status"), [("4271", "on its way"), ("4 2 7 1", "on its way"), ("1138", "delivered"), ("0000", "not_found")]
)
async def test_its_tool_answers_offline(tmp_path: Path, number: str, status: str) -> None:
    arguments = json.dumps({"order_id": number})
    returned = await made(tmp_path).toolset.run("lookup_order", arguments, tool_call_id="t", timeout_ms=5000, context={})
    assert (returned.outcome, json.loads(returned.output)["status"]) == ("ok", status)


def test_its_rules_name_only_tools_and_targets_that_exist(tmp_path: Path) -> None:
    project = made(tmp_path)
    rules = project.settings.thinker.rules
    known = {spec.name for spec in project.toolset.specs()} | {"request_transfer", "end_call", ""}
    assert {rule.tool for rule in rules} <= known
    assert {rule.arguments["target"] for rule in rules if "target" in rule.arguments} <= set(project.targets())


def test_nothing_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "prompt.md").write_text("mine")
    with pytest.raises(UserError, match=r"already holds prompt\.md; nothing was written"):
        write_project(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["prompt.md"]


def test_other_files_in_the_folder_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "LICENSE").write_text("mine")
    write_project(tmp_path)
    assert (tmp_path / "LICENSE").read_text() == "mine"


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "desk").write_text("")
    with pytest.raises(UserError, match="is a file"):
        write_project(tmp_path / "desk")


def test_an_unknown_template_names_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no template 'pizza'") as caught:
        write_project(tmp_path, "pizza")
    assert caught.value.remedy == f"choose one of: {', '.join(templates())}"


@pytest.mark.parametrize("template", ["orders", "reception", "intake"])
def test_the_example_in_the_repository_is_the_template(root: Path, template: str) -> None:
    example = root / "examples" / template
    found = {
        path.relative_to(example).as_posix(): path.read_bytes()
        for path in example.rglob("*")
        if path.is_file() and not {"__pycache__", ".voiceagent", "captures"} & set(path.parts) and path.name != ".env"
    }
    assert found == template_files(template)


def settings_of(folder: Path) -> Settings:
    return load_settings(folder, environ={}).settings


@pytest.mark.parametrize("template", list(TEMPLATES))
def test_every_template_loads_without_a_complaint_and_has_scenarios_that_can_be_played(
    tmp_path: Path, template: str, caplog: pytest.LogCaptureFixture
) -> None:
    write_project(tmp_path / "new", template)
    project = load_project(tmp_path / "new", settings_of(tmp_path / "new"))
    session = project.session_settings()
    known = {spec.name for spec in project.toolset.specs()} | {"request_transfer", "end_call", ""}
    rules = project.settings.thinker.rules
    assert {rule.tool for rule in rules} <= known
    assert {rule.arguments["target"] for rule in rules if "target" in rule.arguments} <= set(session.targets)
    assert cases([tmp_path / "new"])
    assert caplog.messages == []


def test_each_template_has_its_folder(root: Path) -> None:
    folder = root / "bridge/voiceagent/agent/template"
    assert {path.name for path in folder.iterdir() if path.is_dir() and path.name[0] not in "._"} == set(templates())


@pytest.mark.parametrize("template", list(TEMPLATES))
def test_what_is_chosen_stands_in_the_settings(tmp_path: Path, template: str) -> None:
    choices = Choices('the "desk"', "Hi \\ there: é", "de-DE", "de-DE-SeraphinaMultilingualNeural", PhoneNumber("+4930123456"))
    write_project(tmp_path / "new", template, choices=choices)
    settings = settings_of(tmp_path / "new")
    agent = settings.agent
    assert (agent.name, agent.greeting, agent.language, agent.voice) == (
        *('the "desk"', "Hi \\ there: é", "de-DE", "de-DE-SeraphinaMultilingualNeural"),
    )
    numbers = [str(target.phone_number) for target in settings.transfer.targets.values()]
    assert numbers.count("+4930123456") == (0 if template == "blank" else 1)


def test_a_number_that_is_none_is_told_and_not_shown(tmp_path: Path) -> None:
    with pytest.raises(UserError) as refused:
        write_project(tmp_path / "new", choices=Choices(phone_number=PhoneNumber("030 123")))
    assert "030" not in str(refused.value)
    assert not (tmp_path / "new").exists()


def test_parts_go_with_any_template(tmp_path: Path) -> None:
    write_project(tmp_path / "new", "blank", parts=list(PARTS))
    there = [path for part in PARTS.values() for path in part.files]
    assert all((tmp_path / "new" / path).is_file() for path in there)
    assert json.loads((tmp_path / "new/.devcontainer/devcontainer.json").read_text())["forwardPorts"] == [8080]


def test_the_workflow_plays_the_scenarios_with_commands_that_exist(tmp_path: Path) -> None:
    import shlex

    from ruamel.yaml import YAML

    from voiceagent_cli.group import load

    (content,) = part_files(["ci"]).values()
    steps = YAML(typ="safe").load(content)["jobs"]["test"]["steps"]
    ours = [step["run"] for step in steps if step.get("run", "").startswith("voiceagent ")]
    assert ours[-1].startswith("voiceagent test ")
    for line in ours:
        words = shlex.split(line)[1:]
        command, rest = ("config show", words[2:]) if words[0] == "config" else (words[0], words[1:])
        load(command).make_context(command, rest)


def test_an_unknown_part_names_the_known_ones() -> None:
    with pytest.raises(UserError, match="no part 'docker'") as caught:
        part_files(["docker"])
    assert caught.value.remedy == "choose of: agents, devcontainer, ci"
