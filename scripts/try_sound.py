"""One spoken turn through a virtual sound card, judged at both ends; see `scripts/try_sound`.

Two null sinks: what is played into `mouth` is the microphone, and what `talk` plays comes out of `ear`, where it is recorded.
The caller is a human recording. It passes when the agent understood the order number, its answer was audible at the ear, and it
did not interrupt itself.

With `--room` the ear leaks into the mouth, as a loudspeaker does into a microphone. All other words go to `talk`.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
WAV = ROOT / "tests" / "data" / "speech" / "order-4271-human-8k.wav"
VOICEAGENT = [sys.executable, "-m", "voiceagent_cli"]
RATE = 24_000
# norewinds: without it a null sink takes two seconds at a time, and a call through it falls to pieces.
SINK = "module-null-sink sink_name={} rate=24000 channels=1 norewinds=1"
ROOM = "--room"
LOOPBACK = ("module-loopback", "source=ear.monitor", "sink=mouth", "latency_msec=60")
ASOUND = "pcm.!default { type pulse }\nctl.!default { type pulse }\n"
PATIENCE_SECONDS = 60


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="voiceagent-sound-") as name:
        folder = Path(name)
        environ = prepared(folder)
        subprocess.run(
            ["pulseaudio", "--daemonize=yes", "--exit-idle-time=-1", "-n", "--load=module-native-protocol-unix"]
            + [f"--load={SINK.format(sink)}" for sink in ("ear", "mouth")],
            env=environ,
            check=True,
            stderr=subprocess.DEVNULL,
        )
        if ROOM in sys.argv:
            subprocess.run(["pactl", "load-module", *LOOPBACK], env=environ, check=True, stdout=subprocess.DEVNULL)
        try:
            return tried(folder, environ)
        finally:
            pid = int((folder / "pulse" / "pid").read_text())
            os.kill(pid, signal.SIGTERM)


def prepared(folder: Path) -> dict[str, str]:
    """A home whose default sound card is the virtual one."""
    folder.chmod(0o700)
    (folder / ".asoundrc").write_text(ASOUND)
    places = {"HOME": str(folder), "XDG_RUNTIME_DIR": str(folder), "XDG_CONFIG_HOME": str(folder / ".config")}
    return os.environ | places | {"PULSE_SINK": "ear", "PULSE_SOURCE": "mouth.monitor"}


def tried(folder: Path, environ: dict[str, str]) -> int:
    subprocess.run([*VOICEAGENT, "init", "agent"], cwd=folder, env=environ, check=True, capture_output=True)
    subprocess.run([*VOICEAGENT, "talk", "--list-devices"], env=environ, check=True)
    with (folder / "talk.err").open("w+") as talk, (folder / "ear.raw").open("wb") as ear:
        recording = subprocess.Popen(
            ["parec", "-d", "ear.monitor", "--raw", f"--rate={RATE}", "--channels=1", "--format=s16le", "--latency-msec=20"],
            env=environ,
            stdout=ear,
        )
        call = subprocess.Popen(
            [*VOICEAGENT, "talk", "agent", "--json", *(word for word in sys.argv[1:] if word != ROOM)],
            cwd=folder,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=talk,
            text=True,
        )
        until(folder / "talk.err", "agent     Hello", call)
        time.sleep(0.5)
        subprocess.run(["paplay", "-d", "mouth", str(WAV)], env=environ, check=True)
        until(folder / "talk.err", "agent     Order", call)
        call.send_signal(signal.SIGINT)
        out, _ = call.communicate(timeout=PATIENCE_SECONDS)
        recording.terminate()
        recording.wait()
    print((folder / "talk.err").read_text(), file=sys.stderr)
    if not out:
        print(f"failed: talk ended with {call.returncode} and no report")
        return 1
    return judged(json.loads(out), (folder / "ear.raw").read_bytes())


def until(path: Path, words: str, call: subprocess.Popen[str]) -> None:
    """Wait until the call says so; a little longer is not a failure here, the judgement tells."""
    due = time.monotonic() + PATIENCE_SECONDS
    while words not in path.read_text() and time.monotonic() < due and call.poll() is None:
        time.sleep(0.1)


def judged(report: dict[str, Any], ear: bytes) -> int:
    from voiceagent.audio.tones import level_dbfs

    quarter = RATE // 2  # bytes of 250 ms
    audible_ms = 250 * sum(level_dbfs(ear[at : at + quarter]) > -50 for at in range(0, len(ear), quarter))
    spoken_ms = sum(turn["heard_ms"] for turn in report["turns"] if turn["role"] == "agent")
    tools = [tool["arguments"] for tool in report["tools"]]
    print(json.dumps({"sound": report["sound"], "latency_ms": report["latency_ms"], "frames": report["frames"]}))
    print(f"tools: {tools}; the agent spoke {spoken_ms:.0f} ms, {audible_ms} ms were audible at the ear")
    passed = tools == [{"order_id": "4271"}] and audible_ms > 0.7 * spoken_ms and not report["barge_ins"]
    print("passed" if passed else "failed")
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
