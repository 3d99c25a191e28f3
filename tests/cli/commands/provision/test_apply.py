"""From an empty subscription to a bridge that answers, by the commands a person types."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


async def answered(emulator: str, number: str) -> dict[str, Any]:
    """Place a call to the number and wait until its sound flows, or it is over."""
    async with httpx.AsyncClient(trust_env=False) as http:
        placed = await http.post(f"{emulator}/emulator/calls", json={"to": number, "hang_up_after": False})
        assert placed.status_code == 201, placed.text
        while True:
            found = (await http.get(f"{emulator}/emulator/calls/{placed.json()['call_id']}")).json()
            if found["media_open_ms"] is not None or found["end_reason"]:
                return dict(found)


@pytest.mark.call
def test_from_nothing_to_a_number_that_is_answered_and_back_to_nothing(
    emulated: Any, provision: Callable[..., Any], project: Path
) -> None:
    planned = provision("plan")
    assert planned["changes"] == len(planned["steps"])
    assert [one["cost"]["amount"] for one in planned["steps"] if one["cost"]] == [1.0]
    assert emulated.things() == []
    made = provision("apply", "--yes")
    assert len(made["done"]) == planned["changes"]
    (number,) = emulated.numbers()

    from voiceagent.local.bridge import bridge

    port = free_port()
    url = f"http://127.0.0.1:{port}"
    served = emulated.enter(bridge(project, flags={"bridge.port": port, "bridge.public_url": url}))
    assert served.emulated == "", "everything is there, so nothing is emulated beside it"
    assert provision("apply", "--yes", "--url", url)["done"] == [
        "event_subscription:voiceagent-incoming-call",
        "event_subscription:voiceagent-recordings",
    ]
    call = emulated.run(answered(emulated.acs.url, number))
    assert (call["to"], call["end_reason"]) == (f"4:{number}", None)
    assert {one["state"] for one in provision("status", "--url", url)["resources"]} == {"ready"}
    provision("destroy", "--yes")
    assert (emulated.things(), emulated.numbers()) == ([], [])


@pytest.mark.call
@pytest.mark.parametrize("at", [":purchase"])
def test_a_process_that_is_killed_right_after_a_request_leaves_nothing_undone_or_done_twice(
    subscription: Any, provision: Callable[..., Any], project: Path, at: str
) -> None:
    """Really killed, by SIGKILL, while Azure already has the request."""
    words = [sys.executable, "-m", "voiceagent_cli", "provision", "apply", str(project), "--yes"]
    process = subprocess.Popen(words, env=os.environ | subscription.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    subscription.kill_at(at, process.pid)
    assert process.wait(60) == -signal.SIGKILL
    subscription.kill_at("", 0)
    provision("apply", "--yes")
    assert len(subscription.numbers()) == 1
    assert subscription.asked(":purchase") == 1
    assert provision("apply", "--yes")["done"] == []


def test_what_it_costs_is_asked_and_without_a_terminal_refused(subscription: Any, told: Callable[..., Any]) -> None:
    refused = told("apply")
    assert refused.code == 2
    assert "This costs 1.00 USD a month, inbound 0.0085 a minute" in refused.err
    assert "--yes" in refused.err
    assert subscription.things() == []


def test_no_is_an_answer_and_yes_is_another(
    subscription: Any, told: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Typed:
        def __init__(self, answer: str) -> None:
            self.answer = answer

        def isatty(self) -> bool:
            return True

        def readline(self) -> str:
            return f"{self.answer}\n"

    monkeypatch.setattr("sys.stdin", Typed("n"))
    declined = told("apply")
    assert (declined.code, "Nothing was changed." in declined.err) == (2, True)
    assert subscription.things() == []
    monkeypatch.setattr("sys.stdin", Typed("y"))
    done = told("apply")
    assert (done.code, done.out) == (0, "16 changes made.\n")
    assert "and pay 1.00 USD a month" in done.err
    assert told("apply").out == "Nothing to do.\n"


def test_a_dry_run_prints_every_request_and_sends_none(
    subscription: Any, provision: Callable[..., Any], told: Callable[..., Any]
) -> None:
    shown = told("apply", "--dry-run")
    assert shown.code == 0
    requests = [line for line in shown.out.splitlines() if line.startswith(("PUT ", "POST "))]
    assert len(requests) == 15
    assert "write .env: " in shown.out
    facts = provision("apply", "--dry-run")
    assert [
        f"{one['request']['method']} {one['request']['path']}" for one in facts["steps"] if one["kind"] != "settings"
    ] == requests
    assert (subscription.things(), facts["done"]) == ([], [])


def test_an_address_that_azure_cannot_use_is_refused_first(subscription: Any, told: Callable[..., Any]) -> None:
    refused = told("apply", "--yes", "--url", "http://far.example")
    assert (refused.code, "Azure needs https" in refused.err) == (2, True)
    nobody = told("apply", "--yes", "--url", "http://127.0.0.1:1")
    assert nobody.code == 3
    assert "is not a bridge that can be reached" in nobody.err
    assert "acs" in subscription.things(), "what was made before stays, and the next run goes on from there"


def test_no_message_has_a_secret(subscription: Any, told: Callable[..., Any], project: Path) -> None:
    said = [told("plan"), told("apply", "--yes"), told("status"), told("apply", "--dry-run"), told("destroy", "--dry-run")]
    written = dict(line.split("=", 1) for line in (project / ".env").read_text().splitlines() if "=" in line)
    for secret in (subscription.acs.key, written["VOICEAGENT_EVENT_SECRET"]):
        assert not [one for one in said if secret in one.out + one.err]
