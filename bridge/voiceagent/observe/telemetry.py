"""Calls as OpenTelemetry sees them: a trace of each, and figures over all. Neither words nor numbers of people are in them.

A call is told when it is over, from its report; the SDK sends in threads of its own, so that a receiver that is slow or away
costs no call anything. What it cannot send it drops, and says so in the log.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any

from voiceagent.errors import UserError

if TYPE_CHECKING:
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.trace import TracerProvider

    from voiceagent.config.telemetry import TelemetrySection

_LATENCIES_MS = (100, 200, 300, 500, 700, 1000, 1500, 2000, 3000, 5000, 10_000)
"""Bounds of the histograms: where a caller begins to notice lies between 500 and 1500."""


class Telemetry:
    """What becomes of each call that ended."""

    def __init__(self, traces: TracerProvider, figures: MeterProvider) -> None:
        self._tracer = traces.get_tracer("voiceagent")
        meter = figures.get_meter("voiceagent")
        self._calls = meter.create_counter("voiceagent.calls", description="calls that ended")
        self._lasted = meter.create_histogram("voiceagent.call.duration", unit="s", description="from ring to end")
        bounds: Any = {"unit": "ms", "explicit_bucket_boundaries_advisory": list(_LATENCIES_MS)}
        self._turns = meter.create_histogram("voiceagent.turn.latency", description="from last word to answer", **bounds)
        self._stops = meter.create_histogram("voiceagent.barge_in.stop", description="from first word to silence", **bounds)
        self._tools = meter.create_histogram("voiceagent.tool.duration", description="how long tools took", **bounds)

    def ended(self, report: Mapping[str, Any]) -> None:
        """A call is over; `report` is the one of docs/reports.md."""
        kind = {"agent": report["agent"], "engine": report["engine"], "outcome": report["outcome"] or "unknown"}
        self._calls.add(1, kind)
        self._lasted.record((report["duration_ms"] or 0) / 1000, kind)
        who = {"agent": report["agent"], "engine": report["engine"]}
        for turn in report["turns"]:
            if turn["latency_ms"] is not None:
                self._turns.record(turn["latency_ms"], who)
        for one in report["barge_ins"]:
            self._stops.record(one["stop_ms"], who)
        for tool in report["tools"]:
            self._tools.record(tool["duration_ms"], {**who, "tool": tool["name"], "outcome": tool["outcome"]})
        self._trace(report, kind)

    def _trace(self, report: Mapping[str, Any], kind: Mapping[str, str]) -> None:
        from opentelemetry.trace import Status, StatusCode, set_span_in_context

        began = _nanoseconds(report["started_at"])
        if began is None:
            return
        facts = {
            **{f"voiceagent.{name}": value for name, value in kind.items()},
            "voiceagent.call_id": report["call_id"],
            "voiceagent.correlation_id": report["correlation_id"] or "",
            "voiceagent.end_reason": report["end_reason"] or "",
        }
        call = self._tracer.start_span("call", attributes=facts, start_time=began)
        inside = set_span_in_context(call)
        for turn in report["turns"]:
            told = {"voiceagent.interrupted": bool(turn["interrupted"]), "voiceagent.heard_ms": turn["heard_ms"] or 0}
            told |= {} if turn["latency_ms"] is None else {"voiceagent.latency_ms": turn["latency_ms"]}
            span = self._tracer.start_span(
                f"{turn['role']} turn", inside, attributes=told, start_time=began + _of_ms(turn["start_ms"])
            )
            span.end(began + _of_ms(max(turn["end_ms"], turn["start_ms"])))
        ended = began + _of_ms(report["duration_ms"] or 0)
        for tool in report["tools"]:
            told = {"tool": tool["name"], "outcome": tool["outcome"], "duration_ms": tool["duration_ms"]}
            call.add_event("tool", told, timestamp=ended)
        if report["transfer"]:
            transfer = {"target": report["transfer"]["target"], "outcome": report["transfer"]["outcome"]}
            call.add_event("transfer", transfer, timestamp=ended)
        if report["outcome"] == "failed":
            call.set_status(Status(StatusCode.ERROR, report["end_reason"] or ""))
        call.end(ended)


def _of_ms(ms: float) -> int:
    return int(ms * 1_000_000)


def _nanoseconds(iso: str | None) -> int | None:
    return None if iso is None else int(datetime.fromisoformat(iso).timestamp() * 1_000_000_000)


@contextmanager
def telemetry(section: TelemetrySection) -> Iterator[Telemetry | None]:
    """Telemetry while the block runs; None without a receiver. UserError when what sends it is not installed."""
    if not section.otlp_endpoint:
        yield None
        return
    try:
        from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.metrics import MeterProvider
        from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        raise UserError(
            "telemetry.otlp_endpoint is set, and what sends OpenTelemetry is not installed",
            remedy="pip install 'voiceagent-workbench[otel]'",
        ) from None
    base, headers = section.otlp_endpoint.rstrip("/"), _headers(str.__str__(section.headers))
    resource = Resource.create({"service.name": section.service_name})
    traces = TracerProvider(resource=resource, shutdown_on_exit=False)
    traces.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(f"{base}/v1/traces", headers=headers, timeout=5)))
    sender = OTLPMetricExporter(f"{base}/v1/metrics", headers=headers, timeout=5)
    figures = MeterProvider([PeriodicExportingMetricReader(sender)], resource=resource, shutdown_on_exit=False)
    try:
        yield Telemetry(traces, figures)
    finally:
        traces.shutdown()
        figures.shutdown()


def _headers(written: str) -> dict[str, str]:
    pairs = (pair.partition("=") for pair in written.split(",") if "=" in pair)
    return {name.strip().lower(): value.strip() for name, _, value in pairs}
