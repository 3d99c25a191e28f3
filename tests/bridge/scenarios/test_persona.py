"""A simulated caller against a phone and a chat model that are both scripts."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import httpx
import pytest

from voiceagent.config.schema import ThinkerSection
from voiceagent.errors import RemoteError, UserError
from voiceagent.local.chat import Chat
from voiceagent.scenarios import persona as under_test
from voiceagent.scenarios.persona import HANG_UP, Impersonation, chat_of
from voiceagent.scenarios.schema import Persona

ANN = Persona(who="Ann, in a hurry", goal="where order 4271 is", max_turns=4)


class Model:
    """Answers with its lines in turn and keeps what it was asked."""

    def __init__(self, *lines: str, status: int = 200) -> None:
        self.lines = list(lines)
        self.status = status
        self.asked: list[list[dict[str, str]]] = []

    def chat(self) -> Chat:
        return Chat("http://127.0.0.1:1/v1/", "a-model", "a-key", transport=httpx.MockTransport(self._answer))

    def _answer(self, request: httpx.Request) -> httpx.Response:
        assert str(request.url) == "http://127.0.0.1:1/v1/chat/completions"
        assert request.headers["authorization"] == "Bearer a-key"
        self.asked.append(json.loads(request.content)["messages"])
        if self.status != 200:
            return httpx.Response(self.status, text="no such model")
        return httpx.Response(200, json={"choices": [{"message": {"content": self.lines.pop(0)}}]})


class Phone:
    """A call in which the agent answers each step with its next line; the diary ends when nothing more is said."""

    def __init__(self, *agent: str, actor: Impersonation, ended: bool = False, transfer: bool = False) -> None:
        self.agent = list(agent)
        self.steps: list[tuple[list[Any], bool]] = []
        self.hung_up = False
        self._actor = actor
        self._ended = ended
        self._transfer = transfer
        self._lines: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()
        self._agent_speaks()

    def _agent_speaks(self) -> None:
        if self.agent:
            self._actor.note({"note": "AgentTurnNoted", "text": self.agent.pop(0)})
            self._lines.put_nowait({"kind": "agent_heard"})

    async def follow(self, call_id: str) -> AsyncIterator[Mapping[str, Any]]:
        while (line := await self._lines.get()) is not None:
            yield line

    async def more_steps(self, call_id: str, steps: Sequence[Any], *, hang_up_after: bool) -> None:
        if self._ended:
            raise RemoteError("The call has ended", service="phone", status=409)
        self.steps.append((list(steps), hang_up_after))
        self._agent_speaks()
        if self._transfer:
            self._lines.put_nowait({"kind": "human_answers"})
        if hang_up_after:
            self._lines.put_nowait(None)

    async def hang_up(self, call_id: str) -> None:
        self.hung_up = True
        self._lines.put_nowait(None)


async def played(actor: Impersonation, phone: Phone) -> None:
    await asyncio.wait_for(actor.play(phone, "call-1"), 10)  # type: ignore[arg-type]  # as much of a phone as is used


async def test_the_agents_words_become_the_callers_next_step() -> None:
    model = Model("Where is four two seven one?", f"Thanks, bye. {HANG_UP}")
    actor = Impersonation(ANN, model.chat())
    phone = Phone("Hello.", "On its way.", actor=actor)
    await played(actor, phone)
    assert phone.steps == [([{"say": "Where is four two seven one?"}], False), ([{"say": "Thanks, bye."}], True)]
    assert [message["content"] for message in model.asked[1][1:]] == ["Hello.", "Where is four two seven one?", "On its way."]
    assert "Ann, in a hurry" in model.asked[0][0]["content"]
    assert (actor.failure, phone.hung_up) == ("", False)


async def test_a_caller_who_never_ends_is_ended() -> None:
    actor = Impersonation(ANN, Model("a", "b", "c", "d").chat())
    phone = Phone("1", "2", "3", "4", actor=actor)
    await played(actor, phone)
    assert [last for _, last in phone.steps] == [False, False, False, True]


async def test_a_silent_agent_is_told_to_the_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(under_test, "SILENT_SECONDS", 0.01)
    model = Model(f"Hello? {HANG_UP}")
    actor = Impersonation(ANN, model.chat())
    await played(actor, Phone(actor=actor))
    assert model.asked[0][-1]["content"] == "(The agent says nothing.)"


async def test_a_model_that_fails_ends_the_call_and_says_why() -> None:
    actor = Impersonation(ANN, Model(status=404).chat())
    phone = Phone("Hello.", actor=actor)
    await played(actor, phone)
    assert (actor.failure, phone.hung_up) == ("no such model", True)


async def test_a_call_that_is_over_is_no_failure() -> None:
    actor = Impersonation(ANN, Model("Hi").chat())
    phone = Phone("Hello.", actor=actor, ended=True)
    await played(actor, phone)
    assert (actor.failure, phone.hung_up) == ("", False)


async def test_a_caller_who_reached_a_human_hangs_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(under_test, "AFTER_HUMAN_SECONDS", 0)
    monkeypatch.setattr(under_test, "SILENT_SECONDS", 60)
    actor = Impersonation(Persona(who="x", goal="y", max_turns=1), Model("A person, please").chat())
    phone = Phone("Hello.", actor=actor, transfer=True)
    await played(actor, phone)
    assert phone.hung_up


def test_the_endpoint_is_the_personas_or_the_agents() -> None:
    thinker = ThinkerSection(base_url="http://a/v1", model="m", api_key="k")
    assert chat_of(ANN, thinker, where="a.yaml") == Chat("http://a/v1", "m", "k")
    own = Persona(who="x", goal="y", base_url="http://b/v1", model="n")
    assert chat_of(own, thinker, where="a.yaml") == Chat("http://b/v1", "n", "k")
    with pytest.raises(UserError, match=r"a\.yaml: a persona needs a chat model") as caught:
        chat_of(ANN, ThinkerSection(), where="a.yaml")
    assert "OPENAI_BASE_URL" in caught.value.remedy
