"""The container of the emulators: its lock agrees with the project's, its command line works, nobody in it is root."""

from __future__ import annotations

import json
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RECIPE = (ROOT / "deploy/emulator/Dockerfile").read_text(encoding="utf-8")


def pins(lock: Path) -> set[str]:
    return set(re.findall(r"^([a-z0-9.-]+==\S+)", lock.read_text(encoding="utf-8"), re.MULTILINE))


def last(instruction: str) -> str:
    return re.findall(rf"^{instruction} (.+)$", RECIPE, re.MULTILINE)[-1]


def test_its_packages_are_the_projects() -> None:
    own, all_of_them = pins(ROOT / "deploy/emulator/requirements.lock"), pins(ROOT / "requirements.lock")
    assert own - all_of_them == set()
    assert {"hibari-tts", "uvicorn", "cryptography"} <= {pin.partition("==")[0] for pin in own}
    assert not {"pytest", "mypy", "azure-mgmt-eventgrid"} & {pin.partition("==")[0] for pin in own}


def test_its_command_line_is_understood() -> None:
    from voiceagent_cli.group import load

    program, command = json.loads(last("ENTRYPOINT"))
    context = load(command).make_context(command, json.loads(last("CMD")))
    assert (program, context.params["host"], context.params["port"]) == ("voiceagent", "0.0.0.0", 8600)
    assert {str(context.params["port"] + index) for index in range(6)} == set(last("EXPOSE").split())


def test_nobody_in_it_is_root_and_it_can_tell_how_it_is() -> None:
    assert last("USER").isdigit()
    assert int(last("USER")) > 1_000
    assert "http://127.0.0.1:8600/emulator/health" in last("HEALTHCHECK")
    assert "--require-hashes" in RECIPE
