"""Which source wins, and how each value's origin is told."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from voiceagent.config.load import Loaded, Origin, default_user_file, environment, load_settings, project_file
from voiceagent.errors import UserError


def project(tmp_path: Path, toml: str = "", dotenv: str = "") -> Path:
    directory = tmp_path / "project"
    directory.mkdir()
    (directory / "voiceagent.toml").write_text(toml)
    if dotenv:
        (directory / ".env").write_text(dotenv)
    return directory


def load(directory: Path | None, *, user: Path | None = None, flags: Mapping[str, Any] | None = None, **environ: str) -> Loaded:
    return load_settings(directory, environ=environ, user_file=user, flags=flags)


def test_flag_beats_environment_beats_dotenv_beats_project_beats_user_beats_default(tmp_path: Path) -> None:
    user = tmp_path / "config.toml"
    user.write_text('[bridge]\nport = 1\n[agent]\nname = "of the user"\n')
    directory = project(tmp_path, "[bridge]\nport = 2\n", "PORT=3\n")
    seen = [
        load(None),
        load(None, user=user),
        load(directory, user=user),
        load(directory, user=user, PORT="4"),
        load(directory, user=user, PORT="4", flags={"bridge.port": 5}),
    ]
    (directory / ".env").unlink()
    seen.insert(2, load(directory, user=user))
    assert [loaded.settings.bridge.port for loaded in seen] == [8080, 1, 2, 3, 4, 5]
    assert [loaded.origin("bridge.port") for loaded in seen] == [
        Origin("default", "default"),
        Origin("user", "config.toml:2"),
        Origin("project", "voiceagent.toml:2"),
        Origin("dotenv", ".env: PORT"),
        Origin("environment", "PORT"),
        Origin("flag", "--port"),
    ]
    assert all(loaded.settings.agent.name == "of the user" for loaded in seen[1:])


def test_a_flag_that_was_not_given_changes_nothing(tmp_path: Path) -> None:
    assert load(project(tmp_path, "[bridge]\nport = 2\n"), flags={"bridge.port": None}).settings.bridge.port == 2


def test_azures_own_names_are_read_and_the_first_of_them_wins(tmp_path: Path) -> None:
    loaded = load(project(tmp_path), AZURE_VOICE_LIVE_MODEL="second", AZURE_VOICELIVE_MODEL="first")
    assert loaded.settings.engine.model == "first"
    assert loaded.origin("engine.model").place == "AZURE_VOICELIVE_MODEL"


def test_every_setting_has_a_name_of_ours_in_the_environment(tmp_path: Path) -> None:
    loaded = load(
        project(tmp_path),
        VOICEAGENT_BRIDGE_HOST="0.0.0.0",
        VOICEAGENT_SILENCE_PROMPTS='["Hello?"]',
        VOICEAGENT_RECORDING_ENABLED="true",
    )
    assert loaded.settings.bridge.host == "0.0.0.0"
    assert loaded.settings.silence.prompts == ["Hello?"]
    assert loaded.settings.recording.enabled is True


def test_an_empty_variable_counts_as_not_set(tmp_path: Path) -> None:
    assert load(project(tmp_path, dotenv="PORT=3\n"), PORT="").settings.bridge.port == 3


def test_blanks_around_a_variable_do_not_belong_to_it() -> None:
    loaded = load_settings(None, environ={"VOICEAGENT_ENGINE_ENDPOINT": "https://x.services.ai.azure.com\n", "PORT": " "})
    assert loaded.settings.engine.endpoint == "https://x.services.ai.azure.com"
    assert loaded.origin("bridge.port").kind == "default"


def test_a_text_that_looks_like_json_stays_text(tmp_path: Path) -> None:
    assert load(project(tmp_path), VOICEAGENT_AGENT_GREETING="[hello]").settings.agent.greeting == "[hello]"


def test_the_environment_of_a_child_is_the_real_one_over_dotenv(tmp_path: Path) -> None:
    loaded = load(project(tmp_path, dotenv="A=1\nB=2\n"), B="3")
    assert loaded.environment == {"A": "1", "B": "3"}
    assert "environment" not in repr(loaded)


def test_tables_of_the_author_are_merged_by_name_and_keep_their_lines(tmp_path: Path) -> None:
    user = tmp_path / "config.toml"
    user.write_text('[transfer.targets.boss]\nphone_number = "+14255550100"\n')
    loaded = load(project(tmp_path, '[transfer.targets.support]\nphone_number = "+14255550123"\n'), user=user)
    assert sorted(loaded.settings.transfer.targets) == ["boss", "support"]
    assert loaded.origin("transfer.targets.boss.phone_number").place == "config.toml:2"


def test_options_are_one_value(tmp_path: Path) -> None:
    loaded = load(project(tmp_path, "[engine.options]\na = { b = 1 }\n"))
    assert loaded.settings.engine.options == {"a": {"b": 1}}
    assert loaded.origin("engine.options").kind == "project"


@pytest.mark.parametrize("make", [False, True])
def test_a_folder_that_is_no_project_says_how_to_make_one(tmp_path: Path, make: bool) -> None:
    directory = tmp_path / "nothing"
    if make:
        directory.mkdir()
    with pytest.raises(UserError, match="no agent project here") as caught:
        load(directory)
    assert caught.value.remedy == f"run `voiceagent init {directory}`, or name the folder of your agent"


def test_a_secret_in_the_file_is_refused_and_not_shown(tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        load(project(tmp_path, '[acs]\nconnection_string = "endpoint=x;accesskey=canary"\n'))
    assert str(caught.value) == "`acs.connection_string` is a secret and stands in voiceagent.toml:2"
    assert "ACS_CONNECTION_STRING=…" in caught.value.remedy
    assert "canary" not in str(caught.value) + caught.value.remedy


def test_a_file_in_place_of_a_project_is_told_as_such(tmp_path: Path) -> None:
    (tmp_path / "voiceagent.toml").touch()
    with pytest.raises(UserError, match=r"voiceagent\.toml is a file, and an agent project is a folder") as caught:
        project_file(tmp_path / "voiceagent.toml")
    assert caught.value.remedy == f"name the folder: {tmp_path}"


def test_an_empty_secret_in_the_file_is_no_secret(tmp_path: Path) -> None:
    assert load(project(tmp_path, '[engine]\napi_key = ""\n')).settings.engine.api_key == ""


def test_the_user_file_is_found_by_convention() -> None:
    assert default_user_file({"HOME": "/home/a"}) == Path("/home/a/.config/voiceagent/config.toml")
    assert default_user_file({"HOME": "/home/a", "XDG_CONFIG_HOME": "/x"}) == Path("/x/voiceagent/config.toml")
    assert default_user_file({"VOICEAGENT_USER_FILE": "/y.toml"}) == Path("/y.toml")


def test_the_environment_is_a_copy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOICEAGENT_TEST", "1")
    copy = environment()
    monkeypatch.delenv("VOICEAGENT_TEST")
    assert copy["VOICEAGENT_TEST"] == "1"


def test_declared_tools_know_what_their_secrets_stand_for(tmp_path: Path) -> None:
    (tmp_path / "voiceagent.toml").write_text(
        '[tools.http.find]\ndescription = "Finds."\nurl = "https://x.example"\n'
        '[tools.http.find.headers]\nAuthorization = "Bearer ${ORDERS_TOKEN}"\nX-Team = "${TEAM}"\n'
    )
    (tmp_path / ".env").write_text("ORDERS_TOKEN=from-dotenv\nTEAM=dotenv-team\n")
    loaded = load(tmp_path, TEAM="of-the-environment")
    assert loaded.settings.tools.references == {"ORDERS_TOKEN": "from-dotenv", "TEAM": "of-the-environment"}
    assert loaded.settings.tools.http["find"].headers["Authorization"] == "Bearer ${ORDERS_TOKEN}"
    assert loaded.origin("tools.http.find.url").place == "voiceagent.toml:3"


def test_the_platforms_host_is_the_public_address() -> None:
    loaded = load_settings(None, environ={"CONTAINER_APP_HOSTNAME": "shop--1.happy.example"})
    assert loaded.settings.bridge.public_url == "https://shop--1.happy.example"
    assert loaded.origin("bridge.public_url").place == "CONTAINER_APP_HOSTNAME"


@pytest.mark.parametrize(
    ("environ", "flags", "url"),
    [({"VOICEAGENT_PUBLIC_URL": "https://mine.example"}, {}, "https://mine.example"), ({}, {"bridge.public_url": ""}, "")],
)
def test_a_public_address_of_ones_own_or_none_at_all_comes_before_the_platforms(
    environ: dict[str, str], flags: dict[str, str], url: str
) -> None:
    loaded = load_settings(None, environ={"CONTAINER_APP_HOSTNAME": "shop--1.happy.example", **environ}, flags=flags)
    assert loaded.settings.bridge.public_url == url
