"""A chat model that judges whether two calls' agents told the caller the same, where a ratio of words says too little."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from voiceagent.errors import RemoteError, UserError
from voiceagent.local.chat import SERVICE, Chat
from voiceagent.replay.meaning import AGENTS_WORDS, Compared

_OBJECT = re.compile(r"\{.*\}", re.DOTALL)
_ASK = """Two recordings of a phone call, A and B, have one caller. Judge only what the AGENT says: does the agent in B give
the caller the same facts, the same promises and the same questions as in A? Other wording, order and courtesies do not matter,
nor does the caller's part. A wrong, missing or added fact does.

A:
{expected}

B:
{actual}

Answer with one line of JSON and nothing else: {{"same": true or false, "why": "one short sentence"}}"""


async def judged(chat: Chat, expected: Mapping[str, Any], actual: Mapping[str, Any]) -> Compared:
    """The model's verdict on the agent's words, in place of their ratio. RemoteError when it gives none."""
    question = _ASK.format(expected=_transcript(expected), actual=_transcript(actual))
    answer = await chat.answer([{"role": "user", "content": question}])
    found = _OBJECT.search(answer)
    try:
        verdict = json.loads(found[0]) if found else None
    except ValueError:
        verdict = None
    if not isinstance(verdict, dict) or type(verdict.get("same")) is not bool:
        raise RemoteError(f"{chat.model} gave no verdict, but: {answer[:120]!r}", service=SERVICE)
    same = verdict["same"]
    said = "the same is told" if same else str(verdict.get("why") or "something else is told")
    return Compared(AGENTS_WORDS, f"the same is told, says {chat.model}", said, same)


def judge_of(base_url: str, model: str, api_key: str, *, hidden: bool) -> Chat:
    """Who judges. UserError when nobody can."""
    if not base_url:
        raise UserError(
            "--judge needs a chat endpoint, and none is set",
            remedy="set OPENAI_BASE_URL (Ollama: http://127.0.0.1:11434/v1), or compare words with --words",
        )
    if hidden:
        raise UserError(
            "--judge reads what was said, and in a redacted capture that is hidden",
            remedy='capture with `capture.policy = "full"`, or compare words by their lengths with --words',
        )
    return Chat(base_url, model, api_key)


def _transcript(report: Mapping[str, Any]) -> str:
    cut = {True: " [cut off]", False: ""}
    return "\n".join(f"{turn['role']}: {turn['text']}{cut[bool(turn['interrupted'])]}" for turn in report["turns"])
