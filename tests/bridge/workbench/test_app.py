"""The private interface, route by route."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest

from voiceagent.call.commands import CallBeganNoted, CallEndedNoted, PhaseNoted
from voiceagent.discreet import PhoneNumber
from voiceagent.observe.feed import Feed
from voiceagent.observe.report import ReportSink
from voiceagent.observe.store import ReportStore
from voiceagent.workbench.app import build_workbench

BEGAN = CallBeganNoted("orders", "embedded", "corr", PhoneNumber("+14255550123"), PhoneNumber(""), 1_795_323_600.0)
ENDED = CallEndedNoted("completed", "x", 0, 0, 0)


class Rig:
    """An application without a socket."""

    def __init__(self, directory: Path) -> None:
        self.feed = Feed()
        self.store = ReportStore(directory)
        self.reports = ReportSink(ended=self.store.write)
        app = build_workbench(reports=self.reports, feed=self.feed, store=self.store, token="t")
        self.http = httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://127.0.0.1:1", headers={"Authorization": "Bearer t"}
        )

    def call(self, call_id: str, *notes: object) -> None:
        for note in notes:
            self.reports.note(call_id, 1.0, note)  # type: ignore[arg-type]  # notes of several kinds


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig(tmp_path)


async def test_calls_are_the_running_the_finished_and_those_on_disk_latest_first(rig: Rig, tmp_path: Path) -> None:
    earlier = Rig(tmp_path)
    earlier.call("old", BEGAN, ENDED)
    rig.call("done", BEGAN, ENDED)
    rig.call("running", BEGAN)
    calls = (await rig.http.get("/api/calls")).json()["calls"]
    assert [(row["call_id"], row["live"], row["from"]) for row in calls] == [
        ("running", True, "…23"),
        ("done", False, "…23"),
        ("old", False, "…23"),
    ]


async def test_a_report_is_there_when_its_call_has_ended(rig: Rig) -> None:
    rig.call("c1", BEGAN)
    assert (await rig.http.get("/api/calls/c1")).status_code == 404
    assert (await rig.http.get("/api/calls/c1?live=true")).json()["outcome"] is None
    rig.call("c1", ENDED)
    assert (await rig.http.get("/api/calls/c1")).json()["outcome"] == "completed"
    assert (await rig.http.get("/api/calls/corr")).json()["call_id"] == "c1"


async def test_a_report_of_an_earlier_run_comes_from_disk(rig: Rig, tmp_path: Path) -> None:
    Rig(tmp_path).call("old", BEGAN, ENDED)
    assert (await rig.http.get("/api/calls/old")).json()["call_id"] == "old"
    assert (await rig.http.get("/api/calls/nothing")).status_code == 404


async def test_the_feed_is_json_lines_until_it_closes(rig: Rig) -> None:
    rig.feed.note("c1", 1, PhaseNoted("answered"))
    rig.feed.close()
    answer = await rig.http.get("/api/feed?recent=true")
    lines = [json.loads(line) for line in answer.text.splitlines() if line]
    assert [line["phase"] for line in lines] == ["answered"]
    assert answer.headers["content-type"] == "application/x-ndjson"


@pytest.mark.parametrize("path", ["/api/calls", "/api/calls/c1", "/api/feed", "/api/anything", "/openapi.json"])
async def test_nothing_but_the_page_is_open(rig: Rig, path: str) -> None:
    answer = await rig.http.get(path, headers={"Authorization": "Bearer wrong"})
    assert answer.status_code == 401


@pytest.mark.parametrize("path", ["/", "/static/page.js", "/api/calls"])
async def test_a_foreign_host_is_refused_everywhere(rig: Rig, path: str) -> None:
    assert (await rig.http.get(path, headers={"Host": "evil.example"})).status_code == 403


async def test_the_address_with_the_token_signs_the_browser_in(rig: Rig) -> None:
    answer = await rig.http.get("/?token=t")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert answer.headers["set-cookie"] == "voiceagent=t; HttpOnly; Path=/; SameSite=strict"
    assert "set-cookie" not in (await rig.http.get("/?token=wrong")).headers


@pytest.mark.parametrize(
    ("path", "kind"), [("/", "text/html"), ("/static/page.js", "text/javascript"), ("/static/page.css", "text/css")]
)
async def test_the_page_and_its_parts_are_served_with_safe_headers(rig: Rig, path: str, kind: str) -> None:
    answer = await rig.http.get(path, headers={"Authorization": ""})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith(kind)
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("name", ["nothing.js", "..%2fapp.py", "%2e%2e%2fapp.js", "page.py", "..%5capp.js"])
async def test_no_other_file_is_served(rig: Rig, name: str) -> None:
    assert (await rig.http.get(f"/static/{name}")).status_code == 404


async def test_a_wish_to_call_somebody_reaches_the_bridge_as_json_alone(tmp_path: Path) -> None:
    wishes: list[object] = []

    def dial(body: object) -> tuple[int, dict[str, str]]:
        wishes.append(body)
        return 202, {"call_id": "c1"}

    rig = Rig(tmp_path)
    assert (await rig.http.post("/api/calls", json={})).status_code == 404
    app = build_workbench(reports=rig.reports, feed=rig.feed, store=None, token="t", dial=dial)
    headers = {"Authorization": "Bearer t"}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1:1", headers=headers) as http:
        placed = await http.post("/api/calls", json={"to": "ann", "key": "k"})
        form = await http.post("/api/calls", data={"to": "ann"})
        nonsense = await http.post("/api/calls", content=b"{", headers={"content-type": "application/json"})
        stranger = await http.post("/api/calls", json={}, headers={"Authorization": "Bearer other"})
    assert (placed.status_code, placed.json(), wishes) == (202, {"call_id": "c1"}, [{"to": "ann", "key": "k"}])
    assert [answer.status_code for answer in (form, nonsense, stranger)] == [415, 400, 401]
