from __future__ import annotations

import pytest

from voiceagent.loopback import on_this_machine


@pytest.mark.parametrize(
    ("url", "here"),
    [
        ("http://127.0.0.1:8080/x", True),
        ("ws://localhost/x", True),
        ("https://[::1]:1", True),
        ("https://localhost.example.com", False),
        ("https://x.services.ai.azure.com", False),
        ("http://[::1", False),
        ("", False),
    ],
)
def test_only_this_machines_own_names_lead_here(url: str, here: bool) -> None:
    assert on_this_machine(url) is here
