"""Both emulators at once, and the settings that lead to them."""

from __future__ import annotations

import contextlib
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from voiceagent.emulators.acs.options import NetworkOptions
from voiceagent.emulators.certificates import open_authority
from voiceagent.emulators.listening import listening_at
from voiceagent.emulators.together import CallerVoice, Emulators
from voiceagent.errors import UserError

ACS = {
    "ACS_CONNECTION_STRING",
    "ACS_AUDIENCE",
    "ACS_SOURCE_PHONE_NUMBER",
    "VOICEAGENT_ACS_ISSUER",
    "VOICEAGENT_ACS_JWKS_URL",
    "VOICEAGENT_EMULATOR_URL",
}
TWILIO = {"TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "VOICEAGENT_TWILIO_API_URL"}
VOICE_LIVE = {"AZURE_VOICELIVE_ENDPOINT", "AZURE_VOICELIVE_API_KEY"}

ARM = {"VOICEAGENT_ARM_ENDPOINT", "AZURE_SUBSCRIPTION_ID", "AZURE_RESOURCE_GROUP", "IDENTITY_ENDPOINT", "IDENTITY_HEADER"}


class Mute:
    """A voice that was asked in a timbre."""

    def __init__(self) -> None:
        self.variants: list[str] = []

    def stream(self, text: str, *, rate: int, variant: str = "agent", **_: Any) -> Iterator[bytes]:
        self.variants.append(variant)
        yield bytes(2 * rate // 1000 * len(text))


@pytest.mark.parametrize(
    ("which", "names"),
    [
        ("all", ACS | VOICE_LIVE | ARM | TWILIO),
        ("acs", ACS),
        ("twilio", TWILIO),
        ("voice-live", VOICE_LIVE),
        ("event-grid", ACS | ARM),
        ("arm", ACS | ARM),
    ],
)
async def test_the_settings_lead_to_what_runs(which: Any, names: set[str]) -> None:
    async with Emulators(which, answers="scripted", seed=1, voice=lambda: CallerVoice(Mute())) as emulators:
        facts = emulators.facts()
        assert set(facts) == {"acs", "voice_live", "event_grid", "arm", "twilio", "env"}
        assert set(facts["env"]) == names
        assert bool(facts["acs"]) is (which not in ("voice-live", "twilio"))
        assert bool(facts["twilio"]) is (which in ("twilio", "all"))
        assert bool(facts["arm"]) is (which in ("event-grid", "arm", "all"))
        if facts["arm"]:
            assert facts["env"]["VOICEAGENT_ARM_ENDPOINT"] == facts["arm"]["endpoint"] == facts["event_grid"]["endpoint"]
        if facts["acs"]:
            assert facts["env"]["ACS_CONNECTION_STRING"] == facts["acs"]["connection_string"]
            assert facts["env"]["VOICEAGENT_ACS_ISSUER"] == facts["acs"]["issuer"] == facts["acs"]["endpoint"]
        if facts["voice_live"]:
            assert facts["env"]["AZURE_VOICELIVE_ENDPOINT"] == facts["voice_live"]["endpoint"]
            assert facts["voice_live"]["key"]


async def test_an_empty_subscription_tells_only_how_to_fill_it() -> None:
    async with Emulators("arm", answers="scripted", seed=1, voice=lambda: CallerVoice(Mute()), empty=True) as emulators:
        facts = emulators.facts()
        assert set(facts["env"]) == ARM | {"VOICEAGENT_ACS_ISSUER", "VOICEAGENT_ACS_JWKS_URL"}
        assert facts["arm"]["acs_resource_id"] == ""
        async with httpx.AsyncClient() as http:
            assert (await http.get(f"{facts['acs']['endpoint']}/emulator/numbers")).json()["owned"] == []


async def test_a_key_that_is_given_is_used_by_both() -> None:
    async with Emulators("all", answers="scripted", key="a2V5", voice=lambda: CallerVoice(Mute())) as emulators:
        facts = emulators.facts()
        assert (facts["acs"]["key"], facts["voice_live"]["key"]) == ("a2V5", "a2V5")


async def test_with_an_authority_everything_is_led_to_over_https(tmp_path: Path) -> None:
    authority = open_authority(tmp_path)
    async with Emulators("all", answers="scripted", voice=lambda: CallerVoice(Mute()), authority=authority) as emulators:
        facts = emulators.facts()
        trusted = ssl.create_default_context(cafile=facts["trust"]["certificate"])
        async with httpx.AsyncClient(verify=trusted, trust_env=False) as http:
            for name in ("acs", "voice_live"):
                for address in (facts[name]["endpoint"], facts[name]["plain_endpoint"]):
                    assert (await http.get(f"{address}/emulator/health")).json()["ok"]
    env = facts["env"]
    assert facts["acs"]["issuer"] == facts["acs"]["endpoint"]
    assert {env[name].partition(":")[0] for name in ("AZURE_VOICELIVE_ENDPOINT", "VOICEAGENT_ARM_ENDPOINT")} == {"https"}
    assert env["ACS_CONNECTION_STRING"].startswith("endpoint=https://")
    assert env["SSL_CERT_FILE"] == facts["trust"]["bundle"]
    assert env["IDENTITY_ENDPOINT"].startswith("http://")


async def test_fixed_ports_are_six_in_a_row(tmp_path: Path) -> None:
    authority = open_authority(tmp_path)
    first, facts = 0, None
    while facts is None:
        with listening_at("127.0.0.1", 0) as free:
            first = free.getsockname()[1]
        with contextlib.suppress(UserError):  # somebody else on this machine has one of the six
            async with Emulators(
                "all", port=first, answers="scripted", voice=lambda: CallerVoice(Mute()), authority=authority
            ) as emulators:
                facts = emulators.facts()
    found = [facts[name][which] for which in ("plain_endpoint", "endpoint") for name in ("acs", "voice_live", "arm")]
    assert [int(url.rsplit(":", 1)[1]) for url in found] == list(range(first, first + 6))


async def test_the_network_behaves_as_its_options_say() -> None:
    async with Emulators("acs", options=NetworkOptions(ring_ms=5), voice=lambda: CallerVoice(Mute())) as emulators:
        assert emulators.acs is not None
        assert emulators.acs.network.options.ring_ms == 5


def test_callers_have_another_timbre_than_the_agent() -> None:
    voice = Mute()
    assert b"".join(CallerVoice(voice).stream("hello", rate=8_000)) == bytes(80)
    assert voice.variants == ["caller-low"]


async def test_a_pipeline_answers_with_its_own_parts_and_leaves_callers_their_voice() -> None:
    class Made:
        closed = False

        async def close(self) -> None:
            self.closed = True

    made, voice = Made(), CallerVoice(Mute())
    async with Emulators("voice-live", seed=1, pipeline=lambda: made, voice=lambda: voice) as emulators:
        assert emulators.voice_live is not None
        assert not made.closed
    assert made.closed
