"""The settings of OpenTelemetry have the names that everybody else's have."""

from __future__ import annotations

from voiceagent.config.load import load_settings


def test_its_own_environment_names_are_read_and_headers_are_not_shown() -> None:
    environ = {
        "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318",
        "OTEL_EXPORTER_OTLP_HEADERS": "x-key=do-not-tell",
        "OTEL_SERVICE_NAME": "shop",
    }
    section = load_settings(None, environ=environ).settings.telemetry
    assert (section.otlp_endpoint, section.service_name) == ("http://127.0.0.1:4318", "shop")
    assert "do-not-tell" not in repr(section)
    assert load_settings(None, environ={}).settings.telemetry.otlp_endpoint == ""
