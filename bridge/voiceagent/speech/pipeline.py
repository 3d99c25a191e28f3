"""A pipeline put together by its settings: which ear, which thinker, which voice; ready parts, or plug-ins by name.

A plug-in is a function that is given the settings and returns the part: `module:function` of an installed package,
`file.py:function` of the project, or the name of an entry point in the groups `voiceagent.hear`, `voiceagent.think` and
`voiceagent.speak`. What a part must be able to do stands in `speech.port`.
"""

from __future__ import annotations

import importlib
import importlib.util
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import entry_points
from pathlib import Path
from traceback import extract_tb
from typing import TYPE_CHECKING, Any

from voiceagent.config.schema import Settings
from voiceagent.errors import UserError, VoiceagentError
from voiceagent.speech import parts
from voiceagent.speech.port import Ear, Thinker, Voice
from voiceagent.speech.remote import Remote

if TYPE_CHECKING:
    import httpx

_VOICE_OF = re.compile(r"^([A-Za-z]{2,3}-[A-Za-z]{2,4}-\w+Neural)")
"""An Azure voice as Azure Speech knows it; HD voices of Voice Live have a suffix it does not."""


def load_pipeline(settings: Settings, directory: Path, *, transport: httpx.AsyncBaseTransport | None = None) -> parts.Parts:
    """The parts that `[pipeline]` names. Blocks while embedded ones load. UserError for what is missing or unknown."""
    make = _Maker(settings, directory, transport)
    chosen = settings.pipeline
    ear: Ear = make.part("hear", chosen.hear)
    voice: Voice = make.part("speak", chosen.speak)
    thinker: Thinker = make.part("think", chosen.think or settings.thinker.kind)
    return parts.assemble(ear=ear, thinker=thinker, voice=voice)


class _Maker:
    """Makes one part after the other from the same settings."""

    def __init__(self, settings: Settings, directory: Path, transport: httpx.AsyncBaseTransport | None) -> None:
        self._settings = settings
        self._directory = directory
        self._transport = transport

    def part(self, role: str, name: str) -> Any:
        ready: dict[tuple[str, str], Callable[[], Any]] = {
            ("hear", "embedded"): parts.load_ear,
            ("hear", "openai"): self._openai_ear,
            ("hear", "azure-speech"): self._azure_ear,
            ("speak", "embedded"): parts.load_voice,
            ("speak", "openai"): self._openai_voice,
            ("speak", "azure-speech"): self._azure_voice,
            ("think", "rules"): self._thinker("rules"),
            ("think", "chat"): self._thinker("chat"),
        }
        make = ready.get((role, name))
        return make() if make is not None else self._plug_in(role, name)

    def _thinker(self, kind: str) -> Callable[[], Thinker]:
        return lambda: parts.load_thinker(self._settings.thinker.model_copy(update={"kind": kind}))

    # --- ready parts

    def _openai_ear(self) -> Ear:
        from voiceagent.speech.hear.openai import OpenaiEar

        model = self._settings.pipeline.openai.hear_model
        remote = self._remote("The transcription endpoint", "check [pipeline.openai]")
        return OpenaiEar(remote, **self._openai("hear"), model=model, language=self._settings.agent.language)

    def _openai_voice(self) -> Voice:
        from voiceagent.speech.speak.streamed import OpenaiVoice

        chosen = self._settings.pipeline.openai
        remote = self._remote("The speech endpoint", "check [pipeline.openai]")
        return OpenaiVoice(remote, **self._openai("speak"), model=chosen.speak_model, voice=chosen.voice)

    def _openai(self, role: str) -> dict[str, str]:
        chosen, thinker = self._settings.pipeline.openai, self._settings.thinker
        base_url = chosen.base_url or thinker.base_url
        if not base_url:
            raise UserError(
                f"pipeline.{role} is openai, and pipeline.openai.base_url is empty",
                remedy="set it, or OPENAI_BASE_URL, to the server's address up to /v1",
            )
        return {"base_url": base_url, "api_key": str.__str__(chosen.api_key or thinker.api_key)}

    def _azure_ear(self) -> Ear:
        from voiceagent.speech.hear.azure import AzureEar

        return AzureEar(
            self._remote("Azure Speech", "check [pipeline.azure_speech] and AZURE_SPEECH_KEY"),
            address=self._azure("hear", "stt"),
            key=str.__str__(self._settings.pipeline.azure_speech.key),
            language=self._settings.agent.language,
        )

    def _azure_voice(self) -> Voice:
        from voiceagent.speech.speak.streamed import AzureVoice

        name = self._settings.agent.voice
        known = _VOICE_OF.match(name)
        if known is None:
            raise UserError(
                f"agent.voice is {name}, which Azure Speech does not have", remedy="use a voice such as en-US-AvaNeural"
            )
        return AzureVoice(
            self._remote("Azure Speech", "check [pipeline.azure_speech] and AZURE_SPEECH_KEY"),
            address=self._azure("speak", "tts"),
            key=str.__str__(self._settings.pipeline.azure_speech.key),
            voice=known[1],
            language=self._settings.agent.language,
        )

    def _azure(self, role: str, service: str) -> str:
        chosen = self._settings.pipeline.azure_speech
        if not chosen.endpoint and not chosen.region:
            raise UserError(
                f"pipeline.{role} is azure-speech, and pipeline.azure_speech.region is empty", remedy="set AZURE_SPEECH_REGION"
            )
        return chosen.endpoint or f"https://{chosen.region}.{service}.speech.microsoft.com"

    def _remote(self, service: str, remedy: str) -> Remote:
        seconds = self._settings.pipeline.timeout_seconds
        return Remote(service, timeout_seconds=seconds, remedy=remedy, transport=self._transport)

    # --- plug-ins

    def _plug_in(self, role: str, name: str) -> Any:
        where, _, attribute = name.rpartition(":")
        if where.endswith(".py"):
            found = getattr(self._file(role, where), attribute, None)
        elif where:
            found = getattr(self._module(role, where), attribute, None)
        else:
            with _told(role, name):
                found = next((one.load() for one in entry_points(group=f"voiceagent.{role}", name=name)), None)
        if not callable(found):
            raise UserError(
                f"pipeline.{role} is {name}, and there is no such part",
                remedy="write module:function, file.py:function, or the name of an installed plug-in",
            )
        with _told(role, name):
            return found(self._settings)

    def _file(self, role: str, name: str) -> object:
        path = self._directory / name
        spec = importlib.util.spec_from_file_location(f"voiceagent_{role}_part", path) if path.is_file() else None
        if spec is None or spec.loader is None:
            raise UserError(f"pipeline.{role} names {name}, and {path} is no file", remedy="mend it in voiceagent.toml")
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module  # dataclasses and pickle look their own module up there
        try:
            with _told(role, name):
                spec.loader.exec_module(module)
        except BaseException:  # raised again, sys.exit of the author's too: half a module must not stay
            del sys.modules[spec.name]
            raise
        return module

    def _module(self, role: str, name: str) -> object:
        with _told(role, name):
            try:
                return importlib.import_module(name)
            except ModuleNotFoundError as error:
                raise UserError(
                    f"pipeline.{role} names the module {name}, which is not there ({error})",
                    remedy="install its package, or write file.py:function for a file of the project",
                ) from error


@contextmanager
def _told(role: str, name: str) -> Iterator[None]:
    """Code of the project's author runs: whatever it raises is theirs to mend, and told with the place."""
    try:
        yield
    except VoiceagentError:
        raise
    except Exception as error:  # the edge between us and the author's code
        where = error if isinstance(error, SyntaxError) else extract_tb(error.__traceback__)[-1]
        raise UserError(
            f"pipeline.{role} is {name}, which cannot be loaded: {type(error).__name__}: {error}",
            remedy=f"see line {where.lineno} of {where.filename}",
        ) from error
