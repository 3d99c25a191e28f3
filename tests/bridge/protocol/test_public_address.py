"""Webhooks and WebSockets of one bridge, under one address or two."""

from __future__ import annotations

from voiceagent.protocol.public_address import PublicAddress


def test_websockets_go_where_requests_go() -> None:
    address = PublicAddress("https://agent.example/base")
    assert address.http("/events") == "https://agent.example/base/events"
    assert address.ws("/media/1/t") == "wss://agent.example/base/media/1/t"
    assert PublicAddress("http://127.0.0.1:8080").ws("/media/1/t") == "ws://127.0.0.1:8080/media/1/t"


def test_a_relay_takes_them_elsewhere() -> None:
    address = PublicAddress("https://ns.example/line", "wss://ns.example/$hc/line{path}?sb-hc-action=connect")
    assert address.http("/events") == "https://ns.example/line/events"
    assert address.ws("/media/1/t") == "wss://ns.example/$hc/line/media/1/t?sb-hc-action=connect"
