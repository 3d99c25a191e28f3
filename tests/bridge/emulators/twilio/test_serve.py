"""The emulator as a server: it says where it is and how to get in, and it rings the app over the wire."""

from __future__ import annotations

import httpx

from voiceagent.emulators.acs.options import NetworkOptions
from voiceagent.emulators.twilio.serve import TwilioEmulator


async def test_it_tells_the_settings_that_lead_to_it() -> None:
    async with TwilioEmulator(options=NetworkOptions(seed=3)) as emulator:
        env = emulator.env()
        assert env["VOICEAGENT_TWILIO_API_URL"] == emulator.url
        assert (env["TWILIO_ACCOUNT_SID"], env["TWILIO_AUTH_TOKEN"]) == (emulator.account_sid, emulator.auth_token)
        async with httpx.AsyncClient(trust_env=False) as http:
            health = (await http.get(f"{emulator.url}/emulator/health")).json()
            assert (health["ok"], health["voice_url"]) == (True, None)
            placed = await http.post(f"{emulator.url}/emulator/calls", json={})
            assert placed.json()["error"]["remedy"] == "PUT it to /emulator/number first."
