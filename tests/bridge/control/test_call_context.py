from __future__ import annotations

from urllib.parse import unquote

from voiceagent.control.call_context import SIP_VALUE, VOIP_VALUE, Headers, headers_of

CALL = "3f2a9c0d11e4b7aa"


def test_the_call_and_what_it_is_about_travel_with_it() -> None:
    headers = headers_of(CALL, reason="a price", summary="Wants 20 chairs; asked twice.", detail="summary")
    assert headers.sip == {
        "User-To-User": f"{CALL};encoding=hex",
        "X-MS-Custom-Call-Id": CALL,
        "X-MS-Custom-Reason": "a%20price",
        "X-MS-Custom-Summary": "Wants%2020%20chairs;%20asked%20twice.",
    }
    assert headers.voip == {"callId": CALL, "reason": "a price", "summary": "Wants 20 chairs; asked twice."}


def test_no_text_can_become_a_header_of_its_own() -> None:
    headers = headers_of(CALL, reason="x\r\nX-Evil: 1", summary="\x00\u2028", detail="summary")
    assert unquote(headers.sip["X-MS-Custom-Reason"]) == headers.voip["reason"] == "x X-Evil: 1"
    assert "X-MS-Custom-Summary" not in headers.sip


def test_long_words_are_cut_between_characters() -> None:
    headers = headers_of(CALL, reason="", summary="ü" * 2000, detail="summary")
    value = headers.sip["X-MS-Custom-Summary"]
    assert len(value) <= SIP_VALUE
    assert set(unquote(value, errors="strict")) == {"ü"}
    assert len(headers.voip["summary"]) == VOIP_VALUE


def test_how_much_is_told_is_the_authors_choice() -> None:
    assert set(headers_of(CALL, reason="r", summary="s", detail="call_id").sip) == {"User-To-User", "X-MS-Custom-Call-Id"}
    assert headers_of(CALL, reason="r", summary="s", detail="none") == Headers({}, {})
    assert headers_of(CALL, reason="r", summary="s", detail="none").options() == {}
