"""The settings of OpenTelemetry: where traces and figures of calls are sent. The environment names are its own."""

from __future__ import annotations

from pydantic import Field

from voiceagent.config.section import Section, env, secret


class TelemetrySection(Section):
    otlp_endpoint: str = Field(
        "",
        description="OTLP receiver, http(s)://HOST:PORT, that gets a trace of each call and its figures; empty: none",
        json_schema_extra=env("OTEL_EXPORTER_OTLP_ENDPOINT"),
    )
    headers: str = Field(
        "",
        description="headers that the receiver wants, NAME=VALUE,NAME=VALUE",
        json_schema_extra=secret("OTEL_EXPORTER_OTLP_HEADERS"),
    )
    service_name: str = Field(
        "voiceagent", description="what the sender is called there", json_schema_extra=env("OTEL_SERVICE_NAME")
    )
