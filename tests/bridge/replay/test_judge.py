"""A model's verdict on what two agents said."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from voiceagent.errors import RemoteError, UserError
from voiceagent.local.chat import Chat
from voiceagent.replay.judge import judge_of, judged


def model(answer: str, asked: list[str] | None = None) -> Chat:
    def respond(request: httpx.Request) -> httpx.Response:
        if asked is not None:
            asked.append(request.content.decode())
        return httpx.Response(200, json={"choices": [{"message": {"content": answer}}]})

    return Chat("http://127.0.0.1:1/v1", "qwen", transport=httpx.MockTransport(respond))


def report(text: str) -> dict[str, Any]:
    return {
        "turns": [{"role": "agent", "text": text, "interrupted": True}, {"role": "caller", "text": "Hm", "interrupted": False}]
    }


async def test_the_model_reads_both_calls_and_decides() -> None:
    asked: list[str] = []
    chat = model('Sure: {"same": true, "why": "both say nine"}', asked)
    found = await judged(chat, report("At nine."), report("Nine o'clock."))
    assert (found.what, found.same, found.counts) == ("agent's words", True, True)
    assert (found.expected, found.actual) == ("the same is told, says qwen", "the same is told")
    assert "agent: At nine. [cut off]" in asked[0]
    assert "caller: Hm" in asked[0]


async def test_its_reason_is_what_came_instead() -> None:
    found = await judged(model('{"same": false, "why": "B says ten"}'), report("At nine."), report("At ten."))
    assert (found.same, found.actual) == (False, "B says ten")


@pytest.mark.parametrize("answer", ["Yes.", "{", '{"same": "yes"}', "{same: true}"])
async def test_no_verdict_is_no_result(answer: str) -> None:
    with pytest.raises(RemoteError, match="qwen gave no verdict"):
        await judged(model(answer), report(""), report(""))


def test_who_cannot_judge_is_told_before_the_call() -> None:
    assert judge_of("http://a", "m", "k", hidden=False) == Chat("http://a", "m", "k")
    with pytest.raises(UserError, match="needs a chat endpoint"):
        judge_of("", "m", "", hidden=False)
    with pytest.raises(UserError, match="redacted capture"):
        judge_of("http://a", "m", "", hidden=True)
