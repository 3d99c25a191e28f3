"""Twilio's signature against the example of its own documentation, and the documents that tell it what to do."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from voiceagent.errors import RemoteProtocolError
from voiceagent.protocol import twilio_calls as twiml

# The worked examples of twilio.com/docs/usage/security and of Twilio's libraries: token, address, members and signatures.
TOKEN, URL = "12345", "https://mycompany.com/myapp.php?foo=1&bar=2"
FORM = (
    ("Digits", "1234"),
    ("To", "+18005551212"),
    ("From", "+12349013030"),
    ("Caller", "+12349013030"),
    ("CallSid", "CA1234567890ABCDE"),
)
SIGNED = "0/KCTR6DLpKmkAf8muzZqo1nDgQ="


def test_twilios_own_example_is_accepted() -> None:
    assert twiml.signature(TOKEN, URL, FORM) == SIGNED
    twiml.check_signature(SIGNED, auth_token=TOKEN, urls=("https://other", URL), form=FORM)
    older = tuple((name, "+14158675309" if name in ("From", "Caller") else value) for name, value in FORM)
    assert twiml.signature(TOKEN, URL, older) == "RSOYDt4T1cUTdK1PDd93/VVr8B8="


@pytest.mark.parametrize(
    ("given", "token", "url", "form"),
    [
        (SIGNED, "12346", URL, FORM),
        (SIGNED, TOKEN, "http" + URL[5:], FORM),
        (SIGNED, TOKEN, URL, (*FORM, ("More", ""))),
        (SIGNED[:-2], TOKEN, URL, FORM),
        ("é", TOKEN, URL, FORM),
    ],
)
def test_anything_else_is_not(given: str, token: str, url: str, form: twiml.Form) -> None:
    with pytest.raises(RemoteProtocolError, match="does not match"):
        twiml.check_signature(given, auth_token=token, urls=(url,), form=form)


def test_a_request_without_a_signature_is_told_so() -> None:
    with pytest.raises(RemoteProtocolError, match="is missing"):
        twiml.check_signature("", auth_token=TOKEN, urls=(URL,))


def test_a_name_that_comes_twice_is_signed_for_each_value_once() -> None:
    twice = twiml.signature(TOKEN, URL, (("a", "2"), ("a", "1"), ("a", "1")))
    assert twice == twiml.signature(TOKEN, f"{URL}a1a2")


def test_a_stream_may_have_been_signed_under_four_spellings() -> None:
    assert twiml.stream_addresses("wss://x/y") == ("wss://x/y", "https://x/y", "wss://x/y/", "https://x/y/")


def test_forms_are_read_with_their_empty_members() -> None:
    form = twiml.read_form(b"CallSid=CA1&From=%2B1425&Caller=")
    assert form == (("CallSid", "CA1"), ("From", "+1425"), ("Caller", ""))
    assert (twiml.member(form, "From"), twiml.member(form, "To")) == ("+1425", "")
    assert twiml.read_form(b"") == ()


@pytest.mark.parametrize("body", [b"\xff", b"no form", b"a=1&b"])
def test_what_is_no_form_is_told(body: bytes) -> None:
    with pytest.raises(RemoteProtocolError, match="not a form"):
        twiml.read_form(body)


def _only_verb(document: str) -> ElementTree.Element:
    (verb,) = ElementTree.fromstring(document)
    return verb


def test_a_stream_is_connected_and_asks_what_is_next() -> None:
    verb = _only_verb(twiml.connect_stream("wss://x/<m>", then="https://x/n?a=1&b=2"))
    assert (verb.tag, verb.attrib, verb[0].tag, verb[0].attrib) == (
        *("Connect", {"action": "https://x/n?a=1&b=2"}, "Stream", {"url": "wss://x/<m>"}),
    )


def test_a_number_is_dialled_under_ours() -> None:
    verb = _only_verb(twiml.dial_number("+1", caller_id="+2", ring_seconds=30, then="n", progress="p"))
    assert (verb.tag, verb.attrib) == (*("Dial", {"action": "n", "timeout": "30", "answerOnBridge": "true", "callerId": "+2"}),)
    assert (verb[0].text, verb[0].attrib) == (
        *("+1", {"statusCallback": "p", "statusCallbackEvent": "ringing answered completed"}),
    )
    assert "callerId" not in twiml.dial_number("+1", caller_id="", ring_seconds=30, then="n", progress="p")


def test_a_caller_is_sent_to_another_number_who_sees_who_calls() -> None:
    verb = _only_verb(twiml.redirect_number("+1", ring_seconds=30))
    assert (verb.tag, verb.attrib) == ("Dial", {"timeout": "30", "answerOnBridge": "true"})
    assert (verb[0].text, verb[0].attrib) == ("+1", {})


def test_callers_are_turned_away_and_calls_ended() -> None:
    assert _only_verb(twiml.reject()).attrib == {"reason": "busy"}
    assert _only_verb(twiml.hang_up()).tag == "Hangup"
