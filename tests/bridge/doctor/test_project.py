"""What the project holds on this machine."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest

from voiceagent.agent.init import write_project
from voiceagent.config.load import load_settings
from voiceagent.doctor import project
from voiceagent.doctor.surroundings import Surroundings
from voiceagent.errors import UserError


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    write_project(tmp_path / "demo")
    return tmp_path / "demo"


def around(directory: Path, **environ: str) -> Surroundings:
    return Surroundings(directory, load_settings(directory, environ={"PORT": "0", **environ}))


def test_a_fresh_project_is_fine(directory: Path) -> None:
    look = around(directory)
    for check in (project.settings, project.agent, project.captures, project.port):
        assert check(look).status == "ok"
    assert look.notes["project"].settings.agent.name == "orders"


def test_settings_that_cannot_be_read() -> None:
    found = project.settings(Surroundings(Path(), UserError("line 3 is wrong", remedy="right it")))
    assert (found.code, found.remedy) == ("settings_wrong", "right it")


def test_no_project_is_skipped_with_the_way_to_one(tmp_path: Path) -> None:
    found = project.agent(Surroundings(tmp_path, load_settings(None, environ={})))
    assert (found.status, found.next_command) == ("skipped", "voiceagent init my-agent")


def test_tools_that_cannot_be_loaded(directory: Path) -> None:
    (directory / "tools.py").write_text("def f(:\n")
    found = project.agent(around(directory))
    assert found.code == "project_broken"
    assert "tools.py" in found.detail


def test_captures_that_cannot_be_written(directory: Path) -> None:
    (directory / "captures").write_text("a file")
    assert project.captures(around(directory)).code == "captures_not_writable"
    assert project.captures(around(directory, VOICEAGENT_CAPTURE_POLICY="off")).status == "skipped"


def test_a_port_in_use(directory: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        found = project.port(around(directory, PORT=str(taken.getsockname()[1])))
    assert found.code == "port_taken"


def test_port_0_is_whichever_is_free(directory: Path) -> None:
    assert project.port(around(directory, PORT="0")).detail == "any free one of 127.0.0.1"


def test_a_bridge_of_ours_may_have_the_port(directory: Path) -> None:
    import os

    from voiceagent.local.running import Running, noted

    with noted(directory, Running(os.getpid(), 4321, "http://127.0.0.1:1", "", "t")):
        found = project.port(around(directory))
    assert found.detail.startswith("4321: voiceagent serve runs there")


def test_whether_serve_would_start(directory: Path) -> None:
    def found(**environ: str) -> str:
        look = around(directory, **environ)
        project.agent(look)
        return project.servable(look).code or project.servable(look).status

    assert found() == "skipped"
    acs = {"ACS_CONNECTION_STRING": "endpoint=http://127.0.0.1:1;accesskey=Zm9v", "ACS_AUDIENCE": "a"}
    engine = {"AZURE_VOICELIVE_ENDPOINT": "http://127.0.0.1:2"}
    assert found(**acs, **engine) == "would_not_serve"
    assert found(**acs, **engine, ACS_SOURCE_PHONE_NUMBER="+14255550199") == "ok"


@pytest.mark.parametrize(("present", "status"), [(True, "ok"), (False, "warning")])
def test_whether_calls_run_without_azure(directory: Path, present: bool, status: str) -> None:
    look: Any = around(directory)
    look.present = lambda _: present
    assert project.offline(look).status == status
