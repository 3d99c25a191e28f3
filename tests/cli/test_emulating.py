"""The emulators on the screen."""

from __future__ import annotations

import asyncio
import io
import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from voiceagent.emulators.lint.rule import Finding
from voiceagent.emulators.together import Emulators
from voiceagent_cli.emulating import SHELLS, _follow_rules, announce, emulate, own_authority, tell, thinker_of
from voiceagent_cli.exits import Ended
from voiceagent_cli.terminal import Terminal

FACTS = {
    "acs": {"endpoint": "http://127.0.0.1:1", "plain_endpoint": "http://127.0.0.1:1"},
    "voice_live": {},
    "env": {"ACS_CONNECTION_STRING": "endpoint=http://127.0.0.1:1;accesskey=a'b", "PORT": "1"},
}


def said(*shells: str, facts: Any = FACTS) -> str:
    out = io.StringIO()
    announce(facts, Terminal(out, io.StringIO()), shells=shells)
    return out.getvalue()


def test_only_what_runs_is_announced() -> None:
    assert said() == "acs         http://127.0.0.1:1\n"


async def test_all_that_can_run_is_announced() -> None:
    async with Emulators("all", answers="scripted") as emulators:
        facts = emulators.facts()
    told = said(facts=facts).splitlines()
    assert [line.split()[0] for line in told] == ["acs", "voice-live", "arm", "twilio"]


def test_settings_for_three_shells() -> None:
    assert said(*SHELLS) == (
        "# bash\n"
        "export ACS_CONNECTION_STRING='endpoint=http://127.0.0.1:1;accesskey=a'\"'\"'b'\n"
        "export PORT=1\n"
        "\n"
        "# PowerShell\n"
        "$env:ACS_CONNECTION_STRING = 'endpoint=http://127.0.0.1:1;accesskey=a''b'\n"
        "$env:PORT = '1'\n"
        "\n"
        "# .env\n"
        'ACS_CONNECTION_STRING="endpoint=http://127.0.0.1:1;accesskey=a\'b"\n'
        'PORT="1"\n'
        "\n"
    )


def test_settings_for_one_shell_have_nothing_around_them() -> None:
    assert said("dotenv") == 'ACS_CONNECTION_STRING="endpoint=http://127.0.0.1:1;accesskey=a\'b"\nPORT="1"\n'


def test_with_https_both_addresses_and_whom_to_trust_are_told() -> None:
    facts = {
        "acs": {"endpoint": "https://127.0.0.1:2", "plain_endpoint": "http://127.0.0.1:1"},
        "trust": {"certificate": "/ca.pem", "java_options": "-Dstore"},
    }
    err = io.StringIO()
    announce(facts, Terminal(out := io.StringIO(), err), shells=())
    assert out.getvalue() == "acs         https://127.0.0.1:2  and  http://127.0.0.1:1\n"
    assert "signed by /ca.pem" in err.getvalue()
    assert "Java: -Dstore" in err.getvalue()


def test_each_name_of_a_machine_has_an_authority_of_its_own(tmp_path: Path) -> None:
    mine, named = own_authority(), own_authority("emulator")
    assert mine.certificate.parent.name == "https"
    assert named.certificate.parent.name == "https-emulator"
    assert named.names[-1] == "emulator"


def test_the_agents_rules_are_followed(project: Path) -> None:
    assert thinker_of(project).rules
    assert thinker_of(None).rules == []


async def test_they_run_until_stopped_and_print_one_line_of_json() -> None:
    stop, out = asyncio.Event(), io.StringIO()
    stop.set()
    options: dict[str, Any] = {"host": "127.0.0.1", "port": 0, "key": "", "agent": None, "seed": 7, "answers": "scripted"}
    await emulate(
        "all", Terminal(out, io.StringIO()), stop, options=options, https=False, shells=[], as_json=True, with_parent=False
    )
    facts = json.loads(out.getvalue())
    assert out.getvalue().count("\n") == 1
    assert {"acs", "voice_live", "event_grid", "arm", "env"} <= set(facts)
    assert facts["env"]["VOICEAGENT_EMULATOR_URL"] == facts["acs"]["endpoint"]


async def test_findings_are_told_as_they_happen_and_end_a_strict_run_with_one() -> None:
    stop, out = asyncio.Event(), io.StringIO()
    options: dict[str, Any] = {"host": "127.0.0.1", "port": 0, "key": "", "agent": None, "answers": "scripted", "strict": True}
    how: dict[str, Any] = {"https": False, "shells": [], "as_json": True, "with_parent": False}

    async def ask_wrongly() -> None:
        while not out.getvalue():
            await asyncio.sleep(0.01)
        async with httpx.AsyncClient(trust_env=False) as http:
            refused = await http.post(
                f"{json.loads(out.getvalue())['acs']['endpoint']}/calling/callConnections:answer", content=b"{"
            )
        assert refused.json()["error"] == {"code": "Linter", "message": "A request names its api-version in the query."}
        stop.set()

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(ask_wrongly())
        with pytest.raises(Ended) as ended:
            await emulate("acs", Terminal(out, io.StringIO()), stop, options=options, **how)
    assert ended.value.code == 1
    findings = [json.loads(line) for line in out.getvalue().splitlines()[1:]]
    assert {"rule", "severity", "where", "frame", "sentence", "source"} <= set(findings[0])
    assert findings[0]["rule"] == "acs-version-missing"


def test_a_finding_for_people() -> None:
    out = io.StringIO()
    tell(
        Finding("media-odd", "error", "media socket of call 1", "{}", "A sentence.", "docs"),
        Terminal(out, io.StringIO()),
        as_json=False,
    )
    assert out.getvalue() == (
        "error   media-odd: A sentence.\n        media socket of call 1\n        {}\n        source: docs\n"
    )


class Listener:
    """As much of the emulators as is told of new rules."""

    def __init__(self) -> None:
        self.told: asyncio.Queue[Any] = asyncio.Queue()

    def think(self, thinker: Any) -> None:
        self.told.put_nowait(thinker)


async def test_rules_that_were_saved_are_followed_and_broken_ones_are_not(project: Path) -> None:
    listener = Listener()
    file = project / "voiceagent.toml"
    text = file.read_text()
    async with asyncio.TaskGroup() as tasks:
        following = tasks.create_task(_follow_rules(project, listener))  # type: ignore[arg-type]  # a listener is all that is used
        told = tasks.create_task(listener.told.get())
        while not told.done():  # the watcher takes a moment to begin, so the file is saved until it is seen
            file.write_text("[broken")
            file.write_text(text.replace('fallback = "', 'fallback = "Pardon? '))
            await asyncio.wait({told}, timeout=0.2)
        assert told.result().fallback.startswith("Pardon? ")
        following.cancel()


async def test_without_a_project_there_is_nothing_to_follow() -> None:
    await _follow_rules(None, Listener())  # type: ignore[arg-type]  # never used
