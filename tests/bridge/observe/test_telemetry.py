"""Calls as traces and figures: complete, at their times, without anybody's words; and sent to a real receiver."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from voiceagent.config.telemetry import TelemetrySection
from voiceagent.errors import UserError
from voiceagent.observe.telemetry import Telemetry, telemetry

REPORT: dict[str, Any] = {
    "call_id": "c1",
    "correlation_id": "corr",
    "agent": "shop",
    "engine": "voice-live",
    "outcome": "transferred",
    "end_reason": "the caller reached support",
    "started_at": "2026-11-22T05:00:00.000Z",
    "duration_ms": 4000,
    "turns": [
        {"role": "agent", "text": "do-not-tell", "start_ms": 400, "end_ms": 900, "interrupted": True, "heard_ms": 300}
        | {"latency_ms": None},
        {"role": "agent", "text": "do-not-tell", "start_ms": 2000, "end_ms": 3000, "interrupted": False, "heard_ms": 1000}
        | {"latency_ms": 640},
    ],
    "tools": [{"name": "lookup", "arguments": {"id": "do-not-tell"}, "result": {}, "outcome": "ok", "duration_ms": 30}],
    "barge_ins": [{"at_ms": 800, "stop_ms": 120, "truncated_at_ms": 300}],
    "transfer": {"target": "support", "outcome": "connected", "duration_ms": 900},
}
BEGAN = 1_795_323_600_000_000_000


def told(report: dict[str, Any]) -> tuple[list[Any], dict[str, Any]]:
    spans, reader, traces = InMemorySpanExporter(), InMemoryMetricReader(), TracerProvider(shutdown_on_exit=False)
    traces.add_span_processor(SimpleSpanProcessor(spans))
    figures = MeterProvider([reader], shutdown_on_exit=False)
    Telemetry(traces, figures).ended(report)
    found: Any = reader.get_metrics_data()
    points = {
        metric.name: list(metric.data.data_points)
        for resource in found.resource_metrics
        for scope in resource.scope_metrics
        for metric in scope.metrics
    }
    figures.shutdown()
    return list(spans.get_finished_spans()), points


def test_a_call_is_a_trace_with_its_turns_at_their_times() -> None:
    spans, _ = told(REPORT)
    *turns, call = spans
    assert [(one.name, (one.start_time - BEGAN) // 10**6, (one.end_time - BEGAN) // 10**6) for one in spans] == [
        *(("agent turn", 400, 900), ("agent turn", 2000, 3000), ("call", 0, 4000)),
    ]
    assert {one.parent.span_id for one in turns} == {call.context.span_id}
    assert call.attributes["voiceagent.outcome"] == "transferred"
    assert [(one.name, dict(one.attributes)["outcome"]) for one in call.events] == [("tool", "ok"), ("transfer", "connected")]


def test_figures_are_counted_by_agent_engine_and_outcome() -> None:
    _, points = told(REPORT)
    assert points["voiceagent.calls"][0].value == 1
    assert points["voiceagent.turn.latency"][0].sum == 640
    assert points["voiceagent.barge_in.stop"][0].sum == 120
    assert dict(points["voiceagent.tool.duration"][0].attributes)["tool"] == "lookup"


def test_nobodys_words_are_told() -> None:
    spans, points = told(REPORT)
    assert "do-not-tell" not in "".join(span.to_json() for span in spans) + repr(points)


def test_a_failed_call_is_an_error_and_one_that_never_began_is_only_counted() -> None:
    spans, _ = told({**REPORT, "outcome": "failed", "end_reason": "the engine is lost"})
    assert spans[-1].status.description == "the engine is lost"
    spans, points = told({**REPORT, "started_at": None, "outcome": None})
    assert spans == []
    assert dict(points["voiceagent.calls"][0].attributes)["outcome"] == "unknown"


def test_without_a_receiver_nothing_is_made() -> None:
    with telemetry(TelemetrySection()) as nothing:
        assert nothing is None


def test_it_is_sent_to_the_receiver_with_its_headers_before_the_process_leaves() -> None:
    got: list[tuple[str, str | None]] = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            got.append((self.path, self.headers.get("x-key")))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Receiver)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        address = f"http://127.0.0.1:{server.server_port}/"
        with telemetry(TelemetrySection(otlp_endpoint=address, headers="X-Key=k , odd")) as sender:
            assert sender is not None
            sender.ended(REPORT)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert sorted(got) == [("/v1/metrics", "k"), ("/v1/traces", "k")]


def test_what_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "opentelemetry.exporter.otlp.proto.http.metric_exporter", None)
    section = TelemetrySection(otlp_endpoint="http://127.0.0.1:4318")
    with pytest.raises(UserError, match="not installed") as refused, telemetry(section):
        pass
    assert refused.value.remedy == "pip install 'voiceagent-workbench[otel]'"
