"""The emulators as a test of any app uses them: in this process, driven by plain calls, with no loop of the test's own.

    def test_the_line_is_busy(voiceagent_emulators, my_app):
        voiceagent_emulators.subscribe(my_app.url + "/events")
        assert voiceagent_emulators.call({"say": "Hello?"}).ended()["outcome"] == "rejected"

They run in a thread; whatever is asked of them goes over HTTP, as it would from another program.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from voiceagent.errors import RemoteError
from voiceagent.testing.backstage import Kept
from voiceagent.trust import authorities

if TYPE_CHECKING:
    import httpx

    from voiceagent.emulators.together import Answers, Emulators
    from voiceagent.emulators.voice_live.scripted import Turn
    from voiceagent.emulators.voice_live.source import AnswerSource

ENDED_SECONDS = 60.0
"""A call of a test that has not ended after this long never will."""


class Emulated:
    """`env()` has the settings that lead any client here, `facts` all there is to know. Made by `emulated`."""

    def __init__(self, emulators: Emulators, http: httpx.Client, script: Script) -> None:
        self.facts: Mapping[str, Any] = emulators.facts()
        self._http = http
        self._script = script

    def env(self) -> dict[str, str]:
        """ACS_CONNECTION_STRING, AZURE_VOICELIVE_ENDPOINT and the others, by name."""
        return dict(self.facts["env"])

    def answers(self, *turns: Turn) -> None:
        """What Voice Live answers in the sessions that begin from now on; after the last turn it starts over."""
        self._script.turns = turns

    def subscribe(self, endpoint: str, **more: Any) -> None:
        """Announce incoming calls there. `schema` and `headers` as in `PUT /emulator/subscription`."""
        self.ask("PUT", "acs", "/emulator/subscription", {"endpoint": endpoint, **more})

    def callee(self, **behaviour: Any) -> None:
        """How somebody behaves whom the app calls, as in `PUT /emulator/callees`."""
        self.ask("PUT", "acs", "/emulator/callees", behaviour)

    def call(self, *steps: Mapping[str, Any], **order: Any) -> PlacedCall:
        """Place a call; `order` and the steps are those of `POST /emulator/calls`."""
        placed = self.ask("POST", "acs", "/emulator/calls", {**order, "steps": list(steps)})
        return PlacedCall(self, placed["call_id"])

    def sessions(self) -> list[dict[str, Any]]:
        """Voice Live's sessions, oldest first: settings, conversation, responses."""
        found: list[dict[str, Any]] = self.ask("GET", "voice_live", "/emulator/sessions")["sessions"]
        return found

    def ask(self, method: str, server: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """One of the emulators' own addresses; RemoteError with its sentence when it refuses."""
        answer = self._http.request(method, self.facts[server]["plain_endpoint"] + path, json=body)
        if answer.is_error:
            told = answer.json().get("error", {})
            raise RemoteError(told.get("message", answer.text), service="the emulator", remedy=told.get("remedy", ""))
        return answer.json() if answer.content else None

    def lines(self, path: str) -> Iterator[dict[str, Any]]:
        """What is streamed at an address of the ACS emulator, line by line."""
        with self._http.stream("GET", self.facts["acs"]["plain_endpoint"] + path, timeout=ENDED_SECONDS) as answer:
            for line in answer.iter_lines():
                yield json.loads(line)


class PlacedCall:
    """A call that a test has placed."""

    def __init__(self, emulated: Emulated, call_id: str) -> None:
        self.call_id = call_id
        self._emulated = emulated

    def ended(self) -> dict[str, Any]:
        """Wait until it is over; its figures, as `GET /emulator/calls/{id}` gives them."""
        self.diary()
        return self.figures()

    def diary(self) -> list[dict[str, Any]]:
        """Wait until it is over; everything that happened in it."""
        return list(self._emulated.lines(f"/emulator/calls/{self.call_id}/events"))

    def figures(self) -> dict[str, Any]:
        """As it is now."""
        found: dict[str, Any] = self._emulated.ask("GET", "acs", f"/emulator/calls/{self.call_id}")
        return found

    def does(self, *steps: Mapping[str, Any], hang_up_after: bool | None = None) -> None:
        """More for the caller to do after the steps so far."""
        more = {} if hang_up_after is None else {"hang_up_after": hang_up_after}
        self._emulated.ask("POST", "acs", f"/emulator/calls/{self.call_id}/steps", {"steps": list(steps), **more})

    def hang_up(self) -> None:
        """The caller hangs up."""
        self._emulated.ask("DELETE", "acs", f"/emulator/calls/{self.call_id}")


class Script:
    """What Voice Live answers; looked up whenever a session begins."""

    def __init__(self) -> None:
        self.turns: Sequence[Turn] = ()

    def source(self) -> AnswerSource:
        from voiceagent.emulators.voice_live.scripted import Scripted

        return Scripted(self.turns, repeat=True)() if self.turns else Scripted(repeat=True)()


@contextmanager
def emulated(answers: Answers = "scripted", **more: Any) -> Iterator[Emulated]:
    """Run all emulators while the block does. `more` is given to `voiceagent.emulators.together.Emulators`."""
    import httpx

    from voiceagent.emulators.together import Emulators

    script = Script()
    source: Callable[[], AnswerSource] | None = script.source if answers == "scripted" else None
    with (
        Kept(lambda: Emulators("all", answers=answers, source=source, **more)) as emulators,
        httpx.Client(trust_env=False, verify=authorities(), timeout=30) as http,
    ):
        yield Emulated(emulators, http, script)
