from __future__ import annotations

from voiceagent.config.parallel_calls import refuses_parallel_calls


def test_only_the_first_realtime_models_refuse_parallel_calls_in_any_zone() -> None:
    models = ("gpt-realtime", "gpt-realtime-datazone", "gpt-realtime-1.5", "gpt-realtime-2.1", "gpt-4.1", "")
    assert [refuses_parallel_calls(model) for model in models] == [True, True, True, False, False, False]
