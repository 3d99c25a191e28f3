"""What this machine has."""

from __future__ import annotations

from pathlib import Path

import pytest

from voiceagent.config.load import load_settings
from voiceagent.doctor import machine
from voiceagent.doctor.surroundings import Surroundings


def around(*absent: str) -> Surroundings:
    return Surroundings(Path(), load_settings(None, environ={}), present=lambda name: name not in absent)


def test_an_old_python(monkeypatch: pytest.MonkeyPatch) -> None:
    assert machine.python(around()).status == "ok"
    monkeypatch.setattr(machine, "OLDEST_PYTHON", (4, 0))
    assert machine.python(around()).code == "python_too_old"


def test_missing_packages_come_with_the_line_that_installs_them() -> None:
    assert machine.bridge_packages(around("uvicorn")).code == "bridge_incomplete"
    found = machine.embedded_packages(around("hibari"))
    assert (found.status, found.next_command) == ("warning", "pip install 'voiceagent-workbench[embedded]'")
    assert machine.azure_packages(around("azure.mgmt.eventgrid")).code == "extra_missing"
    assert machine.azure_packages(around()).status == "ok"


def test_weights_that_were_cut_short(monkeypatch: pytest.MonkeyPatch) -> None:
    assert machine.weights(around("hibari")).status == "skipped"
    assert machine.size_of("voiceagent", "no/such/file") == 0
    monkeypatch.setattr(machine, "size_of", lambda package, file: 100)
    assert machine.weights(around()).code == "weights_cut_short"


def test_processors_and_ticks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine.os, "sched_getaffinity", lambda _: {0}, raising=False)
    assert machine.processors(around()).code == "one_core"
    assert machine.ticking(around()).status == "ok"
    monkeypatch.setattr(machine, "COARSE_CLOCK_MS", 0.0)
    assert machine.ticking(around()).code == "coarse_clock"


def test_sound_needs_a_package_a_library_and_a_device(monkeypatch: pytest.MonkeyPatch) -> None:
    assert machine.sound(around("sounddevice")).code == "no_sound"
    monkeypatch.setattr(machine.ctypes.util, "find_library", lambda _: None)
    monkeypatch.setattr(machine.sys, "platform", "linux")
    assert "libportaudio2" in machine.sound(around()).remedy


def test_versions_are_told() -> None:
    assert machine.versions(around()).detail.startswith("voiceagent ")
