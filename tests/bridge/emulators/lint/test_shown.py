from __future__ import annotations

import pytest

from voiceagent.emulators.lint.shown import shown


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://app.example/c?call=1&pass=hush", "https://app.example/c?…"),
        ("callback https://app.example/c?pass=hush (an-app/2)", "callback https://app.example/c?… (an-app/2)"),
        ('{"uri":"wss://app.example/m?t=hush","n":1}', '{"uri":"wss://app.example/m?…","n":1}'),
        ('{"subject":"/caller/4:+14255550100/recipient/x"}', '{"subject":"/caller/4:…00/recipient/x"}'),
        ("https://app.example/c#call", "https://app.example/c#call"),
        ("http://me:hush@app.example/c?token=hush&more", "http://me:<secret>@app.example/c?…"),
        ("PATCH /phoneNumbers/%2B14255550100/capabilities", "PATCH /phoneNumbers/…00/capabilities"),
        ("GET /phoneNumbers/14255550100", "GET /phoneNumbers/…00"),
        ("Why?", "Why?"),
    ],
)
def test_tokens_and_numbers_are_left_out(text: str, expected: str) -> None:
    assert shown(text) == expected
