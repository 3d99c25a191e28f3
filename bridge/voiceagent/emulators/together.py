"""The emulators a bridge needs, in one event loop, and the settings that lead any client to them.

    async with Emulators("all", thinker=settings.thinker) as emulators:
        print(json.dumps(emulators.facts()))

Loading the embedded models takes two seconds and happens before anything listens, so that whatever answers is ready.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import replace
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal

from voiceagent.emulators.acs.options import NetworkOptions
from voiceagent.emulators.acs.script import Speaker
from voiceagent.emulators.faults.switchboard import ENGINE, PHONE, Switchboard
from voiceagent.emulators.lint.findings import Findings
from voiceagent.emulators.tap import Tap

if TYPE_CHECKING:
    from voiceagent.config.schema import ThinkerSection
    from voiceagent.emulators.acs.serve import AcsEmulator
    from voiceagent.emulators.arm.serve import ArmEmulator
    from voiceagent.emulators.certificates import Authority
    from voiceagent.emulators.proxy import StorageProxy
    from voiceagent.emulators.twilio.serve import TwilioEmulator
    from voiceagent.emulators.voice_live.options import EmulatorOptions
    from voiceagent.emulators.voice_live.recorded import Recorded
    from voiceagent.emulators.voice_live.serve import VoiceLiveEmulator
    from voiceagent.emulators.voice_live.source import AnswerSource
    from voiceagent.speech.parts import Parts
    from voiceagent.speech.port import Ear, Variant, Voice

Which = Literal["acs", "voice-live", "event-grid", "arm", "twilio", "all"]
Answers = Literal["embedded", "scripted"]

OUR_NUMBER = "+14255550199"
"""The number callers dial, of the range that is reserved for fiction."""

MANAGED = ("event-grid", "arm", "all")
"""Event Grid is managed through ARM and has the events of the emulated phone, so that both names run the same pair."""

SERVERS = 3
"""Plain ports; those for https come after them."""

NO_EMULATION: dict[str, Any] = {}


class CallerVoice:
    """A voice in another timbre than the agent's, so that recordings are easy to follow.

    The lower one is understood better over the telephone line, where the higher one loses its last consonants.
    """

    def __init__(self, voice: Voice, variant: Variant = "caller-low") -> None:
        self._voice = voice
        self._variant: Variant = variant

    def stream(self, text: str, *, rate: int) -> Iterator[bytes]:
        return self._voice.stream(text, rate=rate, variant=self._variant)


class Emulators:
    """Run while the block does. A fixed `port` is the ACS emulator's; Voice Live takes the next and ARM the one after.

    With `authority` Azure's are served over https too, at the three ports after these, and their settings lead there; `proxy`,
    which needs it, makes Azure's storage for recordings be here. `name` is what other machines call this one. `answers`
    scripted: Voice Live answers without models. `source` (a recording, too) and `voice` replace what would be loaded; `engine`
    is how Voice Live behaves. `strict`: what Azure would refuse or ignore fails here. `tap` hears all that crosses the edge of
    Azure's. `empty`: the subscription has nothing yet, to be provisioned; settings of what is not there are not told. `faults`
    and `findings` are of all of Azure's together.
    """

    def __init__(
        self,
        which: Which = "all",
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        key: str = "",
        thinker: ThinkerSection | None = None,
        pipeline: Callable[[], Parts] | None = None,
        answers: Answers = "embedded",
        seed: int | None = None,
        options: NetworkOptions | None = None,
        source: Callable[[], AnswerSource] | Recorded | None = None,
        engine: EmulatorOptions | None = None,
        voice: Callable[[], Speaker] | None = None,
        name: str = "",
        authority: Authority | None = None,
        proxy: bool = False,
        strict: bool = False,
        tap: Tap | None = None,
        empty: bool = False,
    ) -> None:
        self.acs: AcsEmulator | None = None
        self.voice_live: VoiceLiveEmulator | None = None
        self.arm: ArmEmulator | None = None
        self.proxy: StorageProxy | None = None
        self.twilio: TwilioEmulator | None = None
        self.findings = Findings(strict=strict)
        self.faults = Switchboard(seed=seed, sites=_sites(which))
        self._trouble: dict[str, Any] = {"faults": self.faults, "findings": self.findings, "tap": tap}
        self._which = which
        self._port = port
        self._authority = authority
        self._empty = empty
        self._proxy = proxy and authority is not None and which != "voice-live"
        self._reach: dict[str, Any] = {"host": host, "name": name, "tls": authority and authority.server_context()}
        self._key = key
        self._thinker = thinker
        self._pipeline = pipeline
        self._answers = answers
        self._seed = seed
        self._options = options or NetworkOptions(seed=seed)
        self._source = source
        self._engine = engine
        self._voice = voice
        self._parts: Parts | None = None

    async def __aenter__(self) -> Emulators:
        async with AsyncExitStack() as entered:
            if self._which in ("voice-live", "all"):
                self.voice_live = await self._enter_voice_live(entered)
            if self._which not in ("voice-live", "twilio"):
                self.acs = await self._enter_acs(entered)
            if self.acs is not None and self._which in MANAGED:
                self.arm = await self._enter_arm(entered, self.acs)
            if self.acs is not None and self._proxy:
                self.proxy = await self._enter_proxy(entered, self.acs)
            if self._which in ("twilio", "all"):
                self.twilio = await self._enter_twilio(entered)
            self._exit = entered.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._exit.__aexit__(kind, error, trace)

    def facts(self) -> dict[str, Any]:
        """How to reach everything: one object to be printed as one line."""
        return {
            "acs": NO_EMULATION if self.acs is None else _acs_facts(self.acs),
            "voice_live": NO_EMULATION if self.voice_live is None else _voice_live_facts(self.voice_live),
            "event_grid": NO_EMULATION if self.acs is None else _event_grid_facts(self.acs, self.arm),
            "arm": NO_EMULATION if self.arm is None else _arm_facts(self.arm),
            "twilio": NO_EMULATION if self.twilio is None else _twilio_facts(self.twilio),
            **({} if self._authority is None else {"trust": self._authority.facts()}),
            "env": self.env(),
        }

    def env(self) -> dict[str, str]:
        """The settings that make every command talk to these emulators."""
        found: dict[str, str] = {}
        if self.acs is not None:
            found |= {} if self._empty else _acs_env(self.acs)
            found |= {"VOICEAGENT_ACS_ISSUER": self.acs.url, "VOICEAGENT_ACS_JWKS_URL": self.acs.jwks_url}
        if self.arm is not None:
            found |= {
                "VOICEAGENT_ARM_ENDPOINT": self.arm.url,
                "AZURE_SUBSCRIPTION_ID": self.arm.azure_subscription,
                "AZURE_RESOURCE_GROUP": self.arm.resource_group,
                "IDENTITY_ENDPOINT": self.arm.identity_endpoint,
                "IDENTITY_HEADER": self.arm.identity_header,
            }
        if self.voice_live is not None:
            found |= {
                "AZURE_VOICELIVE_ENDPOINT": self.voice_live.endpoint,
                "AZURE_VOICELIVE_API_KEY": self.voice_live.key or "",
            }
        if self.twilio is not None:
            found |= self.twilio.env()
        if self._authority is not None:
            found |= self._authority.trust_env()
        if self.proxy is not None:
            found |= self.proxy.env()
        return found

    def think(self, thinker: ThinkerSection) -> None:
        """Follow other rules from the next session on. Nothing to do when no embedded engine runs."""
        from voiceagent.speech.parts import load_thinker

        if self._parts is not None:
            self._parts.think_with(load_thinker(thinker))

    async def _enter_voice_live(self, entered: AsyncExitStack) -> VoiceLiveEmulator:
        from voiceagent.emulators.voice_live.options import EmulatorOptions
        from voiceagent.emulators.voice_live.serve import ANY, VoiceLiveEmulator

        source = self._source or await self._load_source(entered)
        key = self._key or _new_key(self._seed)
        options = replace(self._engine or EmulatorOptions(), seed=self._seed, bearer_tokens=(ANY,))
        place = self._place(1 if self._which == "all" else 0)
        return await entered.enter_async_context(VoiceLiveEmulator(source, key=key, options=options, **place, **self._trouble))

    async def _load_source(self, entered: AsyncExitStack) -> Callable[[], AnswerSource]:
        if self._answers == "scripted":
            from voiceagent.emulators.voice_live.scripted import Scripted

            return Scripted(repeat=True)
        from voiceagent.config.schema import ThinkerSection
        from voiceagent.emulators.voice_live.embedded import Embedded
        from voiceagent.speech.parts import load_parts

        if self._pipeline is not None:
            return Embedded(await self._own_parts(entered, self._pipeline))
        parts = await asyncio.to_thread(load_parts, self._thinker or ThinkerSection())
        entered.push_async_callback(parts.close)
        self._parts = parts
        if self._voice is None:
            shared = CallerVoice(parts.voice)
            self._voice = lambda: shared
        return Embedded(parts)

    async def _own_parts(self, entered: AsyncExitStack, load: Callable[[], Parts]) -> Parts:
        """A pipeline's; callers keep the embedded voice and ear, and what thinks is changed by a restart."""
        parts = await asyncio.to_thread(load)
        entered.push_async_callback(parts.close)
        return parts

    async def _enter_acs(self, entered: AsyncExitStack) -> AcsEmulator:
        from voiceagent.emulators.acs.serve import AcsEmulator
        from voiceagent.emulators.numbers.options import NumbersOptions
        from voiceagent.emulators.proxy import STORAGE

        return await entered.enter_async_context(
            AcsEmulator(
                key=self._key or None,
                voice=self._voice or _voice_if_installed(),
                ear=self._shared_ear(),
                options=self._options,
                numbers=NumbersOptions(owned=(), seed=self._seed) if self._empty else None,
                storage=STORAGE if self._proxy else "",
                **self._place(0),
                **self._trouble,
            )
        )

    def _shared_ear(self) -> Callable[[], Ear] | None:
        """The embedded engine's ear understands callers for the telephone network too; without one their scripts tell."""
        parts = self._parts
        return None if parts is None else lambda: parts.ear

    async def _enter_arm(self, entered: AsyncExitStack, acs: AcsEmulator) -> ArmEmulator:
        from voiceagent.emulators.arm.options import ArmOptions
        from voiceagent.emulators.arm.serve import ArmEmulator

        options = ArmOptions(empty=self._empty)
        return await entered.enter_async_context(ArmEmulator(acs.network, options=options, **self._place(2)))

    async def _enter_twilio(self, entered: AsyncExitStack) -> TwilioEmulator:
        from voiceagent.emulators.twilio.serve import TwilioEmulator

        port = 0 if not self._port else self._port if self._which == "twilio" else self._port + 2 * SERVERS + 1
        place = {"host": self._reach["host"], "name": self._reach["name"], "port": port}
        voice = self._voice or _voice_if_installed()
        return await entered.enter_async_context(TwilioEmulator(voice=voice, options=self._options, **place))

    async def _enter_proxy(self, entered: AsyncExitStack, acs: AcsEmulator) -> StorageProxy:
        from voiceagent.emulators.proxy import StorageProxy

        port = self._port + 2 * SERVERS if self._port else 0
        return await entered.enter_async_context(StorageProxy(acs.reach, acs.tls_port, port=port))

    def _place(self, index: int) -> dict[str, Any]:
        """Where one of the three listens."""
        port, tls_port = (self._port + index, self._port + SERVERS + index) if self._port else (0, 0)
        return {**self._reach, "port": port, "tls_port": tls_port}


def _acs_env(emulator: AcsEmulator) -> dict[str, str]:
    return {
        "ACS_CONNECTION_STRING": emulator.connection_string,
        "ACS_AUDIENCE": emulator.resource_id,
        "ACS_SOURCE_PHONE_NUMBER": OUR_NUMBER,
        "VOICEAGENT_EMULATOR_URL": emulator.plain_url,
    }


def _sites(which: Which) -> frozenset[str]:
    return {"voice-live": ENGINE, "all": PHONE | ENGINE}.get(which, PHONE)


def _event_grid_facts(acs: AcsEmulator, arm: ArmEmulator | None) -> dict[str, str]:
    facts = {"subscription_url": f"{acs.url}/emulator/subscription"}
    if arm is not None:
        facts |= {
            "endpoint": arm.url,
            "conditions_url": f"{arm.url}/emulator/event-grid",
            "publish_url": f"{arm.url}/emulator/events",
        }
    return facts


def _arm_facts(emulator: ArmEmulator) -> dict[str, str]:
    from voiceagent.emulators.arm.tokens import OFFLINE_TENANT

    return {
        "endpoint": emulator.url,
        "plain_endpoint": emulator.plain_url,
        "subscription_id": emulator.azure_subscription,
        "resource_group": emulator.resource_group,
        "acs_resource_id": "" if emulator.desk.acs is None else emulator.desk.network.topic,
        "identity_endpoint": emulator.identity_endpoint,
        "identity_header": emulator.identity_header,
        "authority_host": emulator.url,
        "tenant_id": OFFLINE_TENANT,
    }


def _twilio_facts(emulator: TwilioEmulator) -> dict[str, str]:
    return {
        "endpoint": emulator.url,
        "plain_endpoint": emulator.url,
        "account_sid": emulator.account_sid,
        "auth_token": emulator.auth_token,
        "number_url": f"{emulator.url}/emulator/number",
    }


def _acs_facts(emulator: AcsEmulator) -> dict[str, str]:
    return {
        "endpoint": emulator.url,
        "plain_endpoint": emulator.plain_url,
        "connection_string": emulator.connection_string,
        "key": emulator.key,
        "resource_id": emulator.resource_id,
        "issuer": emulator.url,
        "jwks_url": emulator.jwks_url,
        "phone_number": OUR_NUMBER,
    }


def _voice_live_facts(emulator: VoiceLiveEmulator) -> dict[str, str]:
    return {"endpoint": emulator.endpoint, "plain_endpoint": emulator.plain_endpoint, "key": emulator.key or ""}


def _voice_if_installed() -> Callable[[], Speaker] | None:
    """Callers speak when the embedded voice is installed; without it they play WAV files and press keys."""
    from importlib.util import find_spec

    return _load_voice if find_spec("hibari") is not None else None


def _load_voice() -> Speaker:
    from voiceagent.speech.parts import load_voice

    return CallerVoice(load_voice())


def _new_key(seed: int | None) -> str:
    from voiceagent.emulators.acs.ids import Ids

    return Ids(seed).guid().replace("-", "")
