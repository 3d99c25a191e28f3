"""An app behind the linter: what it is asked passes unchanged, what is wrong is told, strictly it is refused."""

from __future__ import annotations

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from voiceagent.emulators.lint.findings import Findings
from voiceagent.emulators.lint.http import LintedApp

PATH = "/calling/callConnections:answer"


async def ask(findings: Findings, *, status: int = 200, version: str = "2026-03-12", path: str = PATH) -> httpx.Response:
    async def work(request: Request) -> JSONResponse:
        body = (await request.body()).decode()
        error = {"error": {"code": "8501", "message": "Not now."}}
        return JSONResponse({"asked": body} if status < 400 else error, status_code=status)

    app = LintedApp(Starlette(routes=[Route(path, work, methods=["POST"])]), findings, lambda *_: "acs:play")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://emulator") as client:
        query, headers = {"api-version": version}, {"user-agent": "an-app/1.0 (python)"}
        return await client.post(path, params=query, json={"playSources": []}, headers=headers)


async def test_a_good_request_passes_and_nothing_is_told() -> None:
    findings = Findings()
    answer = await ask(findings)
    assert (answer.status_code, answer.json(), findings.told) == (200, {"asked": '{"playSources":[]}'}, [])


async def test_a_wrong_one_is_told_with_the_app_that_sent_it() -> None:
    findings = Findings()
    assert (await ask(findings, version="2031-01-01")).status_code == 200
    (found,) = findings.told
    assert (found.rule, found.where, found.frame) == (
        "acs-version-unknown",
        "POST /calling/callConnections:answer (an-app/1.0)",
        "2031-01-01",
    )


async def test_strictly_it_is_refused_with_the_sentence() -> None:
    answer = await ask(Findings(strict=True), version="2031-01-01")
    assert answer.status_code == 400
    assert answer.json() == {"error": {"code": "Linter", "message": "There is no such api-version."}}


async def test_what_the_service_refuses_is_told_too() -> None:
    findings = Findings()
    assert (await ask(findings, status=400)).json()["error"]["code"] == "8501"
    assert [(one.rule, one.sentence) for one in findings.told] == [
        ("acs-refused", "Call Automation refuses this request. 400/8501: Not now.")
    ]


async def test_other_addresses_are_nobodys_business() -> None:
    findings = Findings()
    assert (await ask(findings, version="", path="/emulator/calls")).status_code == 200
    assert not findings


async def test_numbers_and_resources_are_looked_at_by_rules_of_their_own() -> None:
    findings = Findings()
    await ask(findings, version="2031-01-01", path="/phoneNumbers")
    await ask(findings, version="none", path="/subscriptions/1")
    await ask(findings, status=409, version="2025-06-01", path="/phoneNumbers")
    assert [one.rule for one in findings.told] == ["num-version-unknown", "arm-version-shape", "num-refused"]


async def test_looking_for_what_is_not_there_is_no_mistake() -> None:
    findings = Findings()

    async def nothing(request: Request) -> JSONResponse:
        return JSONResponse({"error": {"code": "NotFound", "message": "No."}}, status_code=404)

    routes = [Route(path, nothing, methods=["GET", "PUT"]) for path in ("/subscriptions/1", "/phoneNumbers/%2B1425")]
    app = LintedApp(Starlette(routes=routes), findings, lambda *_: "arm:GET")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://emulator") as client:
        await client.get("/subscriptions/1", params={"api-version": "2025-06-01"})
        assert not findings
        await client.put("/subscriptions/1", params={"api-version": "2025-06-01"}, json={"name": "key", "value": "hush"})
    assert [(one.rule, one.frame) for one in findings.told] == [("arm-refused", '{"name":"key","value":"..."}')]
