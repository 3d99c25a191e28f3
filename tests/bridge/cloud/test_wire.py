"""Which requests change Azure, and that nothing secret is shown of them."""

from __future__ import annotations

from typing import Any

import pytest

from voiceagent.cloud.wire import Line, OverHttp, Request, Tap, changes, discreet, path_of


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/x", False),
        ("PUT", "/x", True),
        ("patch", "/x", True),
        ("DELETE", "/x", True),
        ("POST", "/x/listKeys?api-version=1", False),
        ("POST", "/x/getFullUrl", False),
        ("POST", "/availablePhoneNumbers/countries/US/:browse", False),
        ("POST", "/availablePhoneNumbers/countries/US/:search", True),
        ("POST", "/availablePhoneNumbers/:purchase", True),
        ("POST", "/subscriptions/s/providers/Microsoft.EventGrid/register", True),
    ],
)
def test_what_changes_azure(method: str, path: str, expected: bool) -> None:
    assert changes(method, f"https://management.azure.com{path}") is expected


def test_a_secret_header_and_the_query_of_a_webhook_are_hidden() -> None:
    body = {
        "properties": {
            "destination": {
                "properties": {
                    "endpointUrl": "https://a.example/events?code=s3cret",
                    "deliveryAttributeMappings": [{"name": "x", "properties": {"value": "s3cret", "isSecret": True}}],
                }
            },
            "labels": ["a"],
        }
    }
    shown = Request("PUT", "/x", body).facts()
    assert "s3cret" not in repr(shown)
    properties = shown["body"]["properties"]
    assert properties["destination"]["properties"]["endpointUrl"] == "https://a.example/events?(hidden)"
    assert properties["labels"] == ["a"]
    assert discreet({"endpointUrl": "https://a.example/events"}) == {"endpointUrl": "https://a.example/events"}
    assert "s3cret" not in repr(Request("PUT", "/x", body))


def test_a_path_keeps_its_query() -> None:
    assert path_of("https://a.example/x?api-version=1") == "/x?api-version=1"
    assert path_of("https://a.example/x") == "/x"


class Sent:
    def __init__(self, method: str, url: str, content: Any) -> None:
        self.method, self.url, self.content = method, url, content


class Passing:
    """A pipeline's request and the policy behind the tap."""

    def __init__(self, method: str, url: str, content: Any = None) -> None:
        self.http_request = Sent(method, url, content)
        self.context: dict[str, Any] = {}
        self.http_response = self
        self.status_code, self.headers = 201, {"a": "b"}

    async def send(self, request: Passing) -> Passing:
        return request


class Watching:
    def __init__(self, refuse: bool = False) -> None:
        self.seen: list[Any] = []
        self.refuse = refuse

    def before(self, request: Request) -> None:
        self.seen.append((request.method, request.path, request.body))
        if self.refuse:
            raise RuntimeError("held")

    def after(self, request: Request, status: int, headers: Any) -> None:
        self.seen.append((status, dict(headers)))


async def test_a_watch_sees_what_changes_before_and_after() -> None:
    line = Line(Watching())
    passing = Passing("PUT", "http://127.0.0.1:1/x?api-version=1", b'{"a": 1}')
    tap = Tap(line)
    tap.next = passing
    await tap.send(passing)
    assert line.watch is not None
    assert line.watch.seen == [("PUT", "/x?api-version=1", {"a": 1}), (201, {"a": "b"})]  # type: ignore[attr-defined]


async def test_a_watch_that_raises_keeps_it_from_being_sent_and_reads_pass_unseen() -> None:
    watching = Watching(refuse=True)
    tap = Tap(Line(watching))
    reading = Passing("GET", "https://management.azure.com/x")
    tap.next = reading
    assert await tap.send(reading) is reading
    assert watching.seen == []
    with pytest.raises(RuntimeError, match="held"):
        await tap.send(Passing("DELETE", "https://management.azure.com/x"))


async def test_a_token_may_go_to_an_emulator_without_tls() -> None:
    for url, context in (("http://127.0.0.1:1/x", {"enforce_https": False}), ("https://management.azure.com/x", {})):
        passing = Passing("GET", url)
        policy = OverHttp()
        policy.next = passing
        await policy.send(passing)
        assert passing.context == context
