from __future__ import annotations

from collections.abc import Callable
from typing import Any

from voiceagent.emulators.voice_live.view import session_view


def test_a_session_is_shown_as_the_thinker_sees_it(stage: Callable[..., Any]) -> None:
    one = stage()
    one.turn("Where is my order?")
    one.say("Your order has been shipped and will arrive tomorrow.", ms=2650)
    one.done()
    item_id = one.last("response.output_item.done")["item"]["id"]
    one.client("conversation.item.truncate", item_id=item_id, content_index=0, audio_end_ms=1000)
    view = session_view(one.state, is_open=True)
    assert [(item["role"], item["text"], item["audio_ms"], item["audio_end_ms"]) for item in view["items"]] == [
        ("user", "Where is my order?", 1000.0, None),
        ("assistant", "Your order has been", 2650.0, 1000),
    ]
    assert view["responses"] == [{"id": one.requests[0].response_id, "status": "completed", "items": [item_id]}]
    assert view["open"]


def test_calls_and_their_results_are_shown(stage: Callable[..., Any]) -> None:
    one = stage()
    one.client("response.create")
    one.call("f", '{"a": 1}')
    call_id = one.last("response.function_call_arguments.done")["call_id"]
    one.client("conversation.item.create", item={"type": "function_call_output", "call_id": call_id, "output": "ok"})
    items = session_view(one.state, is_open=False)["items"]
    assert [(item["type"], item["name"], item["call_id"], item["text"]) for item in items] == [
        ("function_call", "f", call_id, '{"a": 1}'),
        ("function_call_output", None, call_id, "ok"),
    ]
