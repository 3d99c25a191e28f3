"""TwiML as apps send it: what is carried out, what is skipped, and what Twilio's debugger would complain of."""

from __future__ import annotations

import pytest

from voiceagent.emulators.twilio.documents import BadDocument, Connect, Dial, Hangup, Redirect, Reject, Skipped, read_document
from voiceagent.protocol import twilio_calls as twiml


def test_the_bridges_own_documents_are_understood() -> None:
    assert read_document(twiml.connect_stream("wss://x/m", then="https://x/n")) == (Connect("wss://x/m", "https://x/n"),)
    assert read_document(twiml.reject()) == (Reject("busy"),)
    assert read_document(twiml.hang_up()) == (Hangup(),)
    dialled = twiml.dial_number("+1", caller_id="+2", ring_seconds=20, then="n", progress="p")
    assert read_document(dialled) == (Dial("+1", "n", "p", ("ringing", "answered", "completed"), 20, "+2", on_bridge=True),)


def test_documents_of_others_are_understood_too() -> None:
    document = """<?xml version="1.0"?><Response><Say>Hi</Say>
      <Connect><Stream url="wss://x"><Parameter name="a" value="1"/></Stream></Connect>
      <Dial>+15550100</Dial><Redirect> https://x/again </Redirect></Response>"""
    assert read_document(document) == (
        Skipped("Say"),
        Connect("wss://x", "", (("a", "1"),)),
        Dial("+15550100", "", "", (), 30, ""),
        Redirect("https://x/again"),
    )


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ("no xml", "12100"),
        ("<Other/>", "12200"),
        ("<Response><Connect/></Response>", "31941"),
        ('<Response><Connect><Stream url="https://x"/></Connect></Response>', "31941"),
        ('<Response><Connect><Stream url="wss://x?a=1"/></Connect></Response>', "31941"),
        ("<Response><Dial/></Response>", "13214"),
        ('<Response><Dial timeout="soon">+1</Dial></Response>', "13212"),
        ('<Response><Dial timeout="-1">+1</Dial></Response>', "13212"),
        (f"<Response>{' ' * 70_000}</Response>", "11750"),
    ],
)
def test_what_cannot_be_carried_out_has_twilios_number(document: str, code: str) -> None:
    with pytest.raises(BadDocument, match=code):
        read_document(document)
