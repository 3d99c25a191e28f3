"""Secrets and people planted wherever a call passes, and looked for in everything that a call leaves behind."""

from __future__ import annotations

import gzip
import io
import logging
from collections.abc import Iterable, Iterator
from pathlib import Path

import a_stage
import pytest

from voiceagent.call.commands import AskForReply, CallBeganNoted, CallEndedNoted, CallerTurnNoted, ToolNoted
from voiceagent.call.events import CallerTranscribed, KeyPressed, ToolCalled, ToolReturned
from voiceagent.capture.masks import spellings
from voiceagent.capture.write import CaptureWriter
from voiceagent.discreet import PhoneNumber, Words
from voiceagent.emulators.voice_live.scripted import Turn
from voiceagent.observe.logs import set_up_logging

ENGINE_KEY = "Canary/engine+key=0001"
THINKER_KEY = "canary-thinker-key-0002"
EVENT_SECRET = "canary-event-secret-0003"
TOKEN_SECRET = "canary-token-secret-0004"
CAPTURE_KEY = "Y2FuYXJ5LWNhcHR1cmUta2V5LTAwMDUtMzItYnl0ZXM="
SETTINGS_SECRETS = [ENGINE_KEY, THINKER_KEY, EVENT_SECRET, TOKEN_SECRET, CAPTURE_KEY]
SECRETS = [
    *SETTINGS_SECRETS,
    "canary-authorization-0006",
    "canary-api-key-0007",
    "canary-incoming-context-0008",
    "canary-cookie-0009",
    "canary-signature-0010",
    "canary-accesskey-0011",
    "eyJjYW5hcnkiOiJqd3QifQ.eyJjYW5hcnkiOjEyfQ.canary-jwt-0012",
]
CALLER, CALLED, SUPPORT = "+14255550173", "+14255550188", "+14255550164"
PEOPLE = [
    *(number[1:] for number in (CALLER, CALLED, SUPPORT)),
    "Wilhelmina Oberhauser",
    "Oberhauser",
    "14 Nightingale Crescent",
    "Nightingale",
    "wilhelmina@example.org",
    "1979-03-28",
    "DE89370400440532013000",
    "88431907",
    "blood pressure tablets",
    "tablets",
    "my daughter Philippa",
    "Philippa",
    "Sesamstrasse",
    "73625149",
    "Quetzalcoatl",
    "VIP-Customer-Gold",
    "Kaltenbrunner",
]
assert (len(SECRETS), len(PEOPLE)) == (12, 20)


def found_in(text: str) -> list[str]:
    """Which of them are there, as they are or inside base64."""
    lower = text.lower()
    people = [one for one in PEOPLE if any(spelling.lower() in lower for spelling in spellings(one))]
    return people + [one for one in SECRETS if any(spelling in text for spelling in spellings(one))]


def left_behind(folder: Path) -> Iterator[tuple[str, str]]:
    """Every file's name and text."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            content = path.read_bytes()
            yield path.name, (gzip.decompress(content) if path.suffix == ".gz" else content).decode(errors="replace")


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """All that is logged by default. (At debug level a tool's own traceback is shown, to the developer who asked for it.)"""
    stream = io.StringIO()
    root, before = logging.getLogger(), logging.getLogger().level
    set_up_logging("info", "json", stream)
    yield stream
    root.handlers[:] = [one for one in root.handlers if one.get_name() != "voiceagent"]
    root.setLevel(before)
    logging.getLogger("voiceagent").setLevel(logging.NOTSET)


def frames() -> Iterable[tuple[str, str, str]]:
    """What the services and the bridge say to each other, with everything in it that may be."""
    sip = '{"User-To-User":"Kaltenbrunner","X-Customer":"VIP-Customer-Gold"}'
    yield (
        "webhook",
        "in",
        f'{{"data":{{"from":{{"rawId":"4:{CALLER}","phoneNumber":{{"value":"{CALLER}"}}}},"to":{{"rawId":"4:{CALLED}"}},'
        f'"callerDisplayName":"Wilhelmina Oberhauser","incomingCallContext":"{SECRETS[7]}","customContext":'
        f'{{"sipHeaders":{sip}}}}},"subject":"/caller/4:{CALLER}/recipient/4%3A%2B{CALLED[1:]}"}}',
    )
    yield "control", "out", f'{{"url":"https://x/y?sig={SECRETS[9]}","headers":{{"Authorization":"Bearer {SECRETS[5]}"}}}}'
    yield "control", "out", f'{{"body":{{"participantToAdd":{{"phoneNumber":{{"value":"{SUPPORT}"}}}},"jwt":"{SECRETS[11]}"}}}}'
    yield "control", "in", f'{{"body":"endpoint=https://x/;accesskey={SECRETS[10]}","Set-Cookie":"{SECRETS[8]}"}}'
    yield "engine", "out", f'{{"headers":{{"api-key":"{SECRETS[6]}"}},"echo":"your key {ENGINE_KEY} is wrong"}}'
    yield "engine", "in", '{"type":"x.completed","transcript":"I am Wilhelmina Oberhauser, 14 Nightingale Crescent"}'
    yield "engine", "in", '{"type":"response.audio_transcript.delta","delta":"the blood pressure tablets"}'
    yield (
        "engine",
        "in",
        '{"type":"x","logprobs":[{"token":"Philippa","bytes":[80,104]}],"phrases":[{"text":"Sesamstrasse","words":[{"text":"Sesamstrasse"}]}]}',
    )
    yield "engine", "in", '{"name":"find","arguments":"{\\"iban\\":\\"DE89370400440532013000\\",\\"born\\":\\"1979-03-28\\"}"}'
    yield "engine", "out", '{"item":{"type":"function_call_output","output":"{\\"mail\\":\\"wilhelmina@example.org\\"}"}}'
    yield "engine", "out", '{"item":{"content":[{"type":"input_text","text":"Keys pressed: 88431907"}]}}'
    yield "media", "in", f'{{"kind":"AudioData","audioData":{{"participantRawID":"4:{CALLER}","data":"{"AAAA" * 200}"}}}}'
    yield "media", "in", f"not JSON: Wilhelmina's key {THINKER_KEY}".replace("Wilhelmina", "somebody")


def test_of_what_is_planted_in_frames_and_steps_nothing_is_captured(tmp_path: Path, logged: io.StringIO) -> None:
    with CaptureWriter(tmp_path, secrets=SETTINGS_SECRETS) as captures:
        began = CallBeganNoted("orders", "x", "y", PhoneNumber(CALLER), PhoneNumber(CALLED), 1.0)
        captures.note("c1", 0, began)
        for at_ms, (edge, direction, frame) in enumerate(frames()):
            captures.frame("c1", at_ms, edge, direction, frame.encode())
        events = [
            CallerTranscribed("i", Words("It is for my daughter Philippa in Sesamstrasse")),
            KeyPressed("7"),
            ToolCalled("r", "i", "t", "find", '{"pin": "73625149", "target": "Quetzalcoatl"}'),
            ToolReturned("t", "ok", '"Wilhelmina Oberhauser"', 1.0),
        ]
        for event in events:
            captures.reaction("c1", 20, event, [AskForReply(Words(f"Dear Wilhelmina Oberhauser, {TOKEN_SECRET}"))])
        captures.note("c1", 30, CallerTurnNoted("i", Words("blood pressure tablets"), 1, 2))
        captures.note("c1", 30, ToolNoted("find", Words('{"a": "Quetzalcoatl"}'), Words(f'"{EVENT_SECRET}"'), "ok", 1))
        captures.note("c1", 40, CallEndedNoted("completed", "x", 0, 0, 0))
    [(_, text)] = left_behind(tmp_path)
    assert len(text.splitlines()) > 20
    assert found_in(text) == []
    assert found_in(logged.getvalue()) == []


def test_what_is_looked_for_would_be_found(tmp_path: Path) -> None:
    """The same under `full` shows the people, and of the secrets still none."""
    with CaptureWriter(tmp_path, policy="full", secrets=SETTINGS_SECRETS) as captures:
        for at_ms, (edge, direction, frame) in enumerate(frames()):
            captures.frame("c1", at_ms, edge, direction, frame.encode())
    [(_, text)] = left_behind(tmp_path)
    there = found_in(text)
    assert len([one for one in there if one in PEOPLE]) >= 15
    assert [one for one in there if one in SECRETS] == []


TOOLS = f'''
from voiceagent import tool

@tool
def find(name: str, street: str, pin: str) -> dict:
    """Who somebody is."""
    import base64
    return {{
        "mail": "wilhelmina@example.org", "iban": "DE89370400440532013000", "born": "1979-03-28", "number": "88431907",
        "key": "{ENGINE_KEY}", "packed": base64.b64encode(b"user:{EVENT_SECRET}").decode(), "found": "yes",
    }}

@tool
def fail(name: str) -> str:
    """Fails."""
    raise RuntimeError(f"nobody called {{name}} with {THINKER_KEY}")
'''


@pytest.mark.call
async def test_of_a_whole_call_nothing_is_left_but_its_shape(
    tmp_path: Path, logged: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(a_stage, "TOOLS", TOOLS)
    monkeypatch.setattr(a_stage, "VOICE_LIVE_KEY", ENGINE_KEY)
    person = {"name": "Wilhelmina Oberhauser", "street": "14 Nightingale Crescent", "pin": "73625149"}
    script = [
        Turn(hear="it is for my daughter Philippa in Sesamstrasse", call=[("find", person)]),
        Turn(say="Dear Wilhelmina Oberhauser, your blood pressure tablets are here.", ms=800),
        Turn(expect="8 8 4 3 1 9 0 7", say="The number is 88431907.", ms=600),
        Turn(hear="Kaltenbrunner please", call=[("fail", {"name": "Quetzalcoatl"})]),
        Turn(say="Nobody is called Quetzalcoatl.", ms=600),
        Turn(hear="a human please", call=[("request_transfer", {"target": "sales", "reason": "VIP-Customer-Gold"})]),
        Turn(say="Nobody is free.", ms=600),
    ]
    settings = {
        "bridge": {"token_secret": TOKEN_SECRET},
        "thinker": {"api_key": THINKER_KEY},
        "capture": {"key": CAPTURE_KEY},
        "transfer": {"targets": {"sales": {"phone_number": SUPPORT, "ring_seconds": 5}}},
    }
    steps = [{"say": "For Philippa."}, {"dtmf": "88431907#"}, {"say": "Kaltenbrunner, please."}, {"say": "A human, please."}]
    async with a_stage.stage(tmp_path, script, settings=settings) as on:
        order = {"from": CALLER, "to": CALLED, "steps": steps, "human": "busy", "hang_up_after": True}
        report = await on.call(**order)
        secrets = [part.split("=", 1)[1] for part in on.acs.connection_string.split(";") if part.startswith("accesskey=")]
    assert (report["outcome"], [tool["name"] for tool in report["tools"]]) == (
        "completed",
        ["find", "fail", "request_transfer"],
    )
    assert report["transfer"]["outcome"] == "busy"
    files = dict(left_behind(tmp_path / "captures"))
    assert len(files) == 2
    for name, text in {**files, "the log": logged.getvalue()}.items():
        assert found_in(text) == [], name
        assert not any(secret in text for secret in secrets), name
