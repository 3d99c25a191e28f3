"""Rendezvous addresses, and what of a request reaches a listener."""

from __future__ import annotations

from voiceagent.emulators.relay.hub import Hub, headers_for_listener, public_query


async def test_an_address_names_its_action_and_keeps_the_senders_path_and_query() -> None:
    hub = Hub("ws://127.0.0.1:1", "a phone")
    meeting_id, address, meeting = hub.meet("accept", suffix="/media/1", query="x=1")
    assert address == f"ws://127.0.0.1:1/$hc/a%20phone/media/1?x=1&sb-hc-action=accept&sb-hc-id={meeting_id}"
    assert hub.waiting == {meeting_id: meeting}
    assert hub.meet("request")[1].startswith("ws://127.0.0.1:1/$hc/a%20phone?sb-hc-action=request&")


async def test_nobody_listens() -> None:
    assert not await Hub("ws://127.0.0.1:1", "phone").tell({"request": {}})


def test_headers_of_the_connection_and_parameters_of_the_relay_stay_behind() -> None:
    assert headers_for_listener({"Host": "x", "Transfer-Encoding": "chunked", "Accept": "*/*"}) == {"Accept": "*/*"}
    assert public_query([("a", "1"), ("sb-hc-token", "t"), ("a", "2")]) == "a=1&a=2"
