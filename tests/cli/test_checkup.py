"""The doctor's checks."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from voiceagent_cli import checkup
from voiceagent_cli.checkup import Check, examine, exit_code


def by_name(directory: Path) -> dict[str, Check]:
    return {check.name: check for check in examine(directory)}


def test_a_fresh_project_has_nothing_failed(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "0")
    checks = examine(project)
    assert [check.name for check in checks if check.status == "failed"] == []
    assert [check.number for check in checks] == list(range(1, len(checks) + 1))


def test_no_project_is_skipped_with_the_way_to_one(tmp_path: Path) -> None:
    check = by_name(tmp_path)["agent project"]
    assert (check.status, check.next_command) == ("skipped", "voiceagent init my-agent")


def test_broken_settings_fail_with_their_line(project: Path) -> None:
    (project / "voiceagent.toml").write_text("[bridge]\nprot = 1\n")
    found = by_name(project)
    assert found["agent project"].status == "failed"
    assert "voiceagent.toml:2" in found["agent project"].detail
    assert found["port"].status == "skipped"


def test_broken_tools_fail(project: Path) -> None:
    (project / "tools.py").write_text("def f(:\n")
    assert by_name(project)["agent project"].status == "failed"


def test_a_port_in_use_fails(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        monkeypatch.setenv("PORT", str(taken.getsockname()[1]))
        assert by_name(project)["port"].status == "failed"


def test_without_the_embedded_engine_calls_need_azure(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkup, "_present", lambda name: name not in checkup.EMBEDDED)
    found = by_name(project)
    assert (found["embedded engine"].status, found["model weights"].status) == ("warning", "skipped")
    assert found["embedded engine"].next_command == "pip install 'voiceagent-workbench[embedded]'"
    assert found["offline"].status == "warning"


def test_weights_that_were_cut_short_fail(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkup, "_size", lambda package, file: 100)
    assert by_name(project)["model weights"].status == "failed"


def test_settings_of_azure_are_found_with_their_origin(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACS_CONNECTION_STRING", "endpoint=https://x;accesskey=plantedsecret")
    monkeypatch.setenv("AZURE_VOICELIVE_ENDPOINT", "https://v")
    found = by_name(project)
    assert (found["phone"].status, found["phone"].remedy[:15]) == ("warning", "set ACS_AUDIENC")
    assert found["engine"].detail == "Voice Live (AZURE_VOICELIVE_ENDPOINT), Entra (DefaultAzureCredential)"
    assert found["public address"].status == "failed"
    assert "plantedsecret" not in repr(found)


@pytest.mark.parametrize(
    ("environ", "status", "detail"),
    [
        ({"VOICEAGENT_ENGINE": "pipeline"}, "ok", "a pipeline: embedded, rules, embedded"),
        ({"VOICEAGENT_ENGINE": "azure-openai"}, "failed", "there is no engine: engine.azure_openai.endpoint is empty"),
        (
            {
                "VOICEAGENT_ENGINE": "foundry-agent",
                "AZURE_AI_AGENT_NAME": "desk",
                "VOICEAGENT_ENGINE_ENDPOINT": "https://x.services.ai.azure.com/api/projects/p",
            },
            *("ok", "The Foundry agent (x.services.ai.azure.com), Entra (DefaultAzureCredential)"),
        ),
    ],
)
def test_other_engines_are_found_too(
    project: Path, monkeypatch: pytest.MonkeyPatch, environ: dict[str, str], status: str, detail: str
) -> None:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    found = by_name(project)["engine"]
    assert (found.status, found.detail) == (status, detail)


def test_twilio_alone_is_a_phone_that_needs_a_public_address(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWILIO_ACCOUNT_SID", "AC" + "0" * 32)
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", "t")
    found = by_name(project)
    assert (found["phone"].status, found["phone"].detail) == ("ok", "Twilio (TWILIO_ACCOUNT_SID)")
    assert found["public address"].detail == "Twilio has no way to reach this bridge"


def test_a_check_that_breaks_is_a_failed_check(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def break_down() -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(checkup, "_clock", break_down)
    assert by_name(project)["clock"].status == "failed"


def test_the_exit_code_tells_the_worst() -> None:
    def check(status: str) -> Check:
        return Check(1, "x", status, "", "", "")  # type: ignore[arg-type]

    assert exit_code([check("ok"), check("warning"), check("skipped")]) == 0
    assert exit_code([check("ok"), check("failed")]) == 1
    assert exit_code([check("skipped")]) == 2
