"""The services that the settings name."""

from __future__ import annotations

from voiceagent.config.load import load_settings
from voiceagent.doctor.addresses import acs_address, endpoints, engine_url


def of(**environ: str) -> list[str]:
    return endpoints(load_settings(None, environ=environ).settings)


def test_no_service_no_address() -> None:
    settings = load_settings(None, environ={}).settings
    assert (of(), acs_address(settings), engine_url(settings)) == ([], None, "")


def test_acs_and_the_engine() -> None:
    found = of(ACS_CONNECTION_STRING="endpoint=https://a.example/;accesskey=Zm9v", AZURE_VOICELIVE_ENDPOINT="https://v.example")
    assert found[0] == "https://a.example"
    assert found[1].startswith("https://v.example/voice-live/realtime")
    assert of(ACS_ENDPOINT="https://b.example/") == ["https://b.example"]


def test_a_broken_connection_string_hides_nothing_else() -> None:
    assert len(of(ACS_CONNECTION_STRING="nonsense", AZURE_VOICELIVE_ENDPOINT="https://v.example")) == 1


def test_an_engine_on_this_machine_is_not_asked() -> None:
    assert of(VOICEAGENT_ENGINE="pipeline") == []
