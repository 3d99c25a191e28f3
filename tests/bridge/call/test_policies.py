"""Policies that nobody set change nothing."""

from __future__ import annotations

from voiceagent.call.policies import NO, YES, KeyPolicy, ToolPolicy


def test_a_tool_without_a_policy_runs_at_once_without_words_and_without_bounds() -> None:
    policy = ToolPolicy()
    assert (policy.ask_first, policy.filler, policy.most_calls, policy.most_ms, policy.keys) == ("", "", None, None, None)


def test_keys_without_a_policy_go_to_the_model_after_a_pause() -> None:
    policy = KeyPolicy()
    assert (policy.to, policy.pause_ms, policy.end_key, dict(policy.menu)) == ("model", 2000, "#", {})


def test_no_word_means_both() -> None:
    assert not set(YES) & set(NO)
