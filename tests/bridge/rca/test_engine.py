"""Why the engine did not talk; what the recorded calls do not show (those are in test_rules)."""

from __future__ import annotations

import pytest

from voiceagent.rca.engine import RULES
from voiceagent.rca.story import Fact, Flow, Story


def first(story: Story) -> str:
    return next((rule.code for rule in RULES if rule.explain(story) is not None), "")


def lost(sentence: str, status: int | None = None, **more: object) -> Story:
    told = Fact(5.0, "engine_lost", "", {"code": "engine_lost", "sentence": sentence, "status": status})
    return Story(outcome="failed", end_reason="engine_lost", warnings=[told], **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("story", "code"),
    [
        (lost("forbids us this session (403); give it a role", 403), "engine_role_missing"),
        (lost("knows no such address (404)", 404), "engine_wrong_address"),
        (lost("Voice Live refused the session's settings: no such voice; check"), "engine_settings_refused"),
        (lost("cannot be reached: nobody listens"), "engine_unavailable"),
    ],
)
def test_why_it_was_not_had(story: Story, code: str) -> None:
    assert first(story) == code


def test_a_session_that_overflowed() -> None:
    error = Fact(9.0, "error", "", {"code": "session_output_overflow", "type": ""})
    story = Story(end_reason="engine_lost", engine_errors=[error], phases={"engine_ready": 1.0})
    assert first(story) == "engine_output_overflow"


def test_replies_that_fail_without_sound() -> None:
    failed = Fact(9.0, "response failed", "", {"code": "server_error", "type": ""})
    story = Story(engine_errors=[failed], phases={"engine_ready": 1.0}, replies=Flow(count=1))
    assert first(story) == "engine_replies_failed"
    story.from_engine, story.replies = Flow(count=9), Flow(count=5)
    assert first(story) == ""


def test_an_engine_that_talks_is_not_accused() -> None:
    assert first(Story(phases={"engine_ready": 1.0}, from_engine=Flow(count=9), replies=Flow(count=2))) == ""
    assert first(Story(phases={"engine_ready": 1.0})) == ""
