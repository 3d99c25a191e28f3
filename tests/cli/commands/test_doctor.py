"""`voiceagent doctor`."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def _any_port(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "0")


def test_the_shape_that_programs_rely_on(voiceagent: Any, project: Path) -> None:
    outcome = voiceagent("doctor", project, "--json")
    told = json.loads(outcome.out)
    assert outcome.code == 0
    assert set(told) == {"checks", "ok", "warning", "failed", "skipped"}
    promised = {"number", "name", "status", "detail", "remedy", "next_command"}
    assert all(set(check) == promised | {"code"} for check in told["checks"])
    assert sum(told[status] for status in ("ok", "warning", "failed", "skipped")) == len(told["checks"])


def test_for_people_it_numbers_the_checks_and_ends_with_the_next_command(voiceagent: Any, project: Path) -> None:
    outcome = voiceagent("doctor", project, "--local-only")
    assert " ok       python: 3." in outcome.out.splitlines()[0]
    assert outcome.err == f"Next: voiceagent call {project}\n"


def test_something_broken_is_exit_code_1(voiceagent: Any, project: Path) -> None:
    (project / "prompt.md").unlink()
    assert voiceagent("doctor", project).code == 1


def test_what_is_mended_is_told(voiceagent: Any, project: Path) -> None:
    (project / ".env").write_text("")
    (project / ".env").chmod(0o644)
    outcome = voiceagent("doctor", project, "--fix", "--local-only")
    assert "Mended: .env is now for its owner alone\n" in outcome.err


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ('directory = "kept"', "Mended: made the folder kept\n"),
        ('policy = "off"', ""),
        ("directory = 7", ""),
    ],
)
def test_the_folder_of_captures_is_made_as_the_settings_say(voiceagent: Any, project: Path, setting: str, told: str) -> None:
    voiceagent("doctor", project, "--fix", "--local-only")
    (project / "captures").rmdir()
    settings = project / "voiceagent.toml"
    before = settings.read_text()
    settings.write_text(before.replace("[capture]\npolicy =", f"[capture]\n{setting} #"))
    assert settings.read_text() != before
    outcome = voiceagent("doctor", project, "--fix", "--local-only")
    assert told in outcome.err
    assert not (project / "captures").exists()
    assert (project / "kept").exists() is bool(told)


def test_settings_of_azure_are_looked_at_and_their_secrets_not_shown(
    voiceagent: Any, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACS_CONNECTION_STRING", "endpoint=https://x;accesskey=cGxhbnRlZHNlY3JldA==")
    monkeypatch.setenv("AZURE_VOICELIVE_ENDPOINT", "https://v")
    monkeypatch.setenv("AZURE_VOICELIVE_API_KEY", "plantedkey")
    outcome = voiceagent("doctor", project, "--local-only", "--json", "--unredacted")
    by_name = {check["name"]: check for check in json.loads(outcome.out)["checks"]}
    assert outcome.code == 1
    assert by_name["phone"]["detail"] == "x (ACS_CONNECTION_STRING)"
    assert by_name["audience"]["code"] == "audience_missing"
    assert by_name["public address"]["code"] == "no_public_url"
    assert "cGxhbnRlZHNlY3JldA" not in outcome.out
    assert "plantedkey" not in outcome.out


def test_strangers_are_sent_to_any_deployment(voiceagent: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    outcome = voiceagent("doctor", "--security", f"http://127.0.0.1:{port}", "--json")
    told = json.loads(outcome.out)
    assert (outcome.code, told["failed"], told["checks"][0]["code"]) == (1, 1, "deployment_unreachable")


def test_a_folder_that_does_not_exist_is_wrong_usage(voiceagent: Any, tmp_path: Path) -> None:
    outcome = voiceagent("doctor", tmp_path / "nope")
    assert (outcome.code, outcome.out) == (2, "")
    assert "nope does not exist" in outcome.err


def test_a_name_that_is_nearly_a_setting_is_a_warning(voiceagent: Any, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOICEAGENT_BRIDGE_PROT", "1")
    outcome = voiceagent("doctor", project, "--local-only", "--json")
    (told,) = [check for check in json.loads(outcome.out)["checks"] if check["code"] == "setting_misspelt"]
    assert told["status"] == "warning"
    assert told["detail"].endswith("did you mean VOICEAGENT_BRIDGE_PORT?")
