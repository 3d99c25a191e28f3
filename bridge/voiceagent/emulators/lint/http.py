"""Looks over the shoulder of an emulator's HTTP side: requests before they are carried out, refusals when they go out."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qsl

from voiceagent.emulators.faults.http import again, whole
from voiceagent.emulators.lint.calling import CallingLint
from voiceagent.emulators.lint.findings import Findings
from voiceagent.emulators.lint.management import ARM_PATHS, NUMBER_PATHS, numbers, resources, without_values
from voiceagent.emulators.lint.request import Request
from voiceagent.emulators.lint.rule import Breach

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

CALLING_PATHS = ("/calling/callConnections", "/calling/recordings")
LINTED = (*CALLING_PATHS, *NUMBER_PATHS, *ARM_PATHS)
GONE = ("hang_up", "terminate", "stop_recording")
"""404 to these means that it has happened already; clients rightly take it for success."""


class LintedApp:
    """An ASGI app before `app`. `operation(method, path)` names what is asked, such as `acs:answer`."""

    def __init__(self, app: App, findings: Findings, operation: Callable[[str, str], str]) -> None:
        self._app = app
        self._findings = findings
        self._operation = operation
        self._lint = CallingLint()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not str(scope["path"]).startswith(LINTED):
            await self._app(scope, receive, send)
            return
        body = await whole(receive)
        request = self._request(scope, body)
        where = f"{request.method} {request.path}{app_of(request.headers)}"
        told = without_values(body) if _surface(request.path) == "arm" else body
        refusal = self._findings.report(self._look(request), where, told)
        if refusal:
            await _refuse(refusal, send)
            return
        parts: list[bytes] = []
        status = 0

        async def look(message: MutableMapping[str, Any]) -> None:
            nonlocal status
            status = message.get("status", status)
            if status >= 400:
                parts.append(message.get("body", b""))
            await send(message)

        await self._app(scope, again(body, receive), look)
        if 400 <= status < 500 and not _is_no_news(status, request):
            self._findings.report([_refused(_surface(request.path), status, b"".join(parts))], where, told)

    def _look(self, request: Request) -> list[Breach]:
        match _surface(request.path):
            case "num":
                return list(numbers(request))
            case "arm":
                return list(resources(request))
        return self._lint.look(request)

    def _request(self, scope: Scope, body: bytes) -> Request:
        method, path = scope["method"], scope["path"]
        return Request(
            operation=self._operation(method, path).partition(":")[2],
            method=method,
            path=path,
            query=dict(parse_qsl(scope["query_string"].decode("latin-1"))),
            headers={name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]},
            body=body,
        )


def app_of(headers: Any) -> str:
    """Which app, as far as it tells."""
    agent = headers.get("user-agent", "").split(" ")[0]
    return f" ({agent})" if agent else ""


def _surface(path: str) -> str:
    """The prefix of its rules."""
    return "num" if path.startswith(NUMBER_PATHS) else "arm" if path.startswith(ARM_PATHS) else "acs"


def _is_no_news(status: int, request: Request) -> bool:
    """404 where clients rightly take it for an answer: what ended has ended, what is looked for is not there."""
    if status != 404:
        return False
    return request.operation in GONE if _surface(request.path) == "acs" else request.method in ("GET", "HEAD", "DELETE")


def _refused(surface: str, status: int, body: bytes) -> Breach:
    rule = f"{surface}-refused"
    try:
        error = json.loads(body)["error"]
        return Breach(rule, f"{status}/{error['code']}: {error['message']}")
    except (ValueError, KeyError, TypeError):
        return Breach(rule, f"{status}.")


async def _refuse(sentence: str, send: Send) -> None:
    body = json.dumps({"error": {"code": "Linter", "message": sentence}}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 400, "headers": headers})
    await send({"type": "http.response.body", "body": body})
