"""The pytest plug-in in a pytest of its own: silent until asked, then scenarios, captures and fixtures."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from voiceagent.agent.init import write_project

QUIET = ["-q", *(f"-pno:{name}" for name in ["cacheprovider", "randomly", "asyncio", "xdist", "timeout", "schemathesis"])]


def run(folder: Path, *words: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *QUIET, "-c", "/dev/null", "--rootdir", str(folder), *words, str(folder)],
        capture_output=True,
        text=True,
        check=False,
        timeout=170,
        cwd=folder,
        env={name: value for name, value in os.environ.items() if not name.startswith("PYTEST")},
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def project(tmp_path: Path) -> Path:
    write_project(tmp_path / "desk")
    return tmp_path / "desk"


def test_scenarios_are_collected_when_asked_for(project: Path) -> None:
    (project / "elsewhere.yaml").write_text("not: ours")
    (project / "captures").mkdir()
    (project / "captures" / "c1.jsonl.gz").write_bytes(b"")
    code, said = run(project, "--voiceagent", "--collect-only")
    assert code == 0, said
    assert [line for line in said.splitlines() if "::" in line] == [
        "captures/c1.jsonl.gz::replays the same",
        "scenarios/barge-in.yaml::a caller interrupts, and is understood",
        "scenarios/order-status.yaml::a caller asks where an order is",
        "scenarios/transfer-answered.yaml::a caller is put through to a person",
        "scenarios/transfer-busy.yaml::a caller hears that nobody is free",
    ]


def test_without_being_asked_nothing_is_collected_and_nothing_heavy_imported(project: Path) -> None:
    (project / "test_light.py").write_text(
        "import sys\ndef test_light():\n    loaded = {name.split('.')[0] for name in sys.modules}\n"
        "    assert not loaded & {'pydantic', 'numpy', 'httpx', 'ruamel', 'starlette', 'azure'}\n"
        "    assert 'voiceagent.scenarios' not in sys.modules\n"
    )
    code, said = run(project)
    assert (code, "1 passed" in said) == (0, True), said


def test_the_ini_file_may_ask(project: Path) -> None:
    ini = project / "pytest.ini"
    ini.write_text("[pytest]\nvoiceagent = true\n")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *QUIET, "-c", str(ini), "--collect-only", str(project)],
        capture_output=True,
        text=True,
        check=False,
        cwd=project,
    )
    assert "4 tests collected" in done.stdout


def test_a_scenario_with_a_mistake_is_a_collection_error(project: Path) -> None:
    (project / "scenarios" / "wrong.yaml").write_text("stesp: 1")
    code, said = run(project, "--voiceagent", "--collect-only")
    assert code == 2
    assert "wrong.yaml:1: `stesp` is not known here; did you mean `steps`?" in said
    assert "Traceback" not in said


def test_a_capture_that_is_none_fails_with_a_sentence(project: Path) -> None:
    for path in (project / "scenarios").iterdir():
        path.unlink()
    (project / "captures").mkdir()
    (project / "captures" / "c1.jsonl.gz").write_bytes(b"nothing")
    code, said = run(project, "--voiceagent")
    assert code == 1
    assert "c1.jsonl.gz" in said


@pytest.mark.call
@pytest.mark.timeout(180)
def test_scenarios_and_fixtures_place_real_calls(project: Path) -> None:
    for name in ("barge-in", "transfer-answered", "transfer-busy"):
        (project / "scenarios" / f"{name}.yaml").unlink()
    scenario = project / "scenarios" / "order-status.yaml"
    scenario.write_text(scenario.read_text().replace("agent_says: goodbye", "agent_says: farewell"))
    (project / "test_own.py").write_text(
        "def test_hours(voiceagent_call):\n"
        "    report = voiceagent_call(['What are your opening hours?'], settings={'agent.greeting': 'Hello.'})\n"
        "    assert 'nine in the morning' in report['turns'][-1]['text']\n"
        "def test_emulators(voiceagent_emulators):\n"
        "    assert voiceagent_emulators.env()['ACS_CONNECTION_STRING'].startswith('endpoint=http://127.0.0.1:')\n"
    )
    code, said = run(project, "--voiceagent")
    assert code == 1
    assert "1 failed, 2 passed" in said, said
    assert "expected  “Thank you, goodbye.”: the agent says “farewell”" in said
    assert "heard     “Thank you for calling. Goodbye.”" in said
