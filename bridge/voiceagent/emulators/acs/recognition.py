"""One recognition: from the end of its prompt to its outcome. Pure; keys, speech and time come in, one outcome comes out.

Keys and speech before `listen` are the prompt's affair: whoever runs the prompt decides whether they interrupt it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from voiceagent.emulators.acs.effects import Result
from voiceagent.emulators.acs.media_requests import Choice, RecognizeRequest
from voiceagent.protocol.dtmf import word_of


@dataclass(frozen=True, slots=True)
class Outcome:
    """The callback of a recognition without its header."""

    type: str
    result: Result
    facts: Mapping[str, Any] = field(default_factory=dict)


def failed(sub_code: int, message: str) -> Outcome:
    return Outcome("RecognizeFailed", Result(400, sub_code, f"Action failed, {message}"))


def completed(sub_code: int, message: str, recognition_type: str, **facts: Any) -> Outcome:
    result = Result(200, sub_code, f"Action completed, {message}")
    return Outcome("RecognizeCompleted", result, {"recognition_type": recognition_type, **facts})


class Recognition:
    """`listen` starts the clock of the initial silence; later every method may return the outcome, once."""

    def __init__(self, request: RecognizeRequest) -> None:
        self.request = request
        self.keys = ""
        self._words: list[tuple[str, float]] = []
        self._due: float | None = None
        self._on_due = ""
        self._speaking = False

    @property
    def wants_speech(self) -> bool:
        return "speech" in self.request.inputs or "choices" in self.request.inputs

    @property
    def wants_keys(self) -> bool:
        inputs = self.request.inputs
        return "dtmf" in inputs or ("choices" in inputs and any(one.key for one in self.request.choices))

    def listen(self, now: float) -> None:
        self._wait("initial", now + self.request.initial_silence_ms)

    def key(self, key: str, now: float) -> Outcome | None:
        if not self.wants_keys:
            return None
        if "choices" in self.request.inputs:
            return self._chosen_by(key)
        if key in self.request.stop_keys:
            return self._collected(8514, "stop tone detected.")
        self.keys += key
        if self.request.most_keys is not None and len(self.keys) >= self.request.most_keys:
            return self._collected(8531, "max digits received.")
        self._wait("tones", now + self.request.inter_tone_ms)
        return None

    def speech_began(self) -> None:
        if self.wants_speech:
            self._speaking, self._due = True, None

    def heard(self, text: str, confidence: float, now: float) -> None:
        """The caller paused after these words; they may go on within the end silence."""
        if self.wants_speech:
            self._speaking = False
            self._words.append((text, confidence))
            self._wait("speech", now + self.request.end_silence_ms)

    def tick(self, now: float) -> Outcome | None:
        if self._due is None or now < self._due:
            return None
        self._due = None
        if self._on_due == "initial":
            return failed(8510, "initial silence timeout reached.")
        if self._on_due == "tones":
            return failed(8532, "inter-digit silence timeout reached.")
        return self._understood()

    def _wait(self, what: str, until: float) -> None:
        self._on_due, self._due = what, until

    def _collected(self, sub_code: int, message: str) -> Outcome:
        return completed(sub_code, message, "dtmf", dtmf_result={"tones": [word_of(key) for key in self.keys]})

    # unverified: key-has-no-phrase
    def _chosen_by(self, key: str) -> Outcome:
        for choice in self.request.choices:
            if choice.key == key:
                result = {"label": choice.label, "recognizedPhrase": None}
                return completed(8533, "DTMF option matched.", "choices", choice_result=result)
        return failed(8534, "incorrect tone entered.")

    def _understood(self) -> Outcome:
        text = " ".join(words for words, _ in self._words).strip()
        confidence = min((one for _, one in self._words), default=0.0)
        if not text:
            return failed(8563, "speech could not be recognized.")
        if "choices" not in self.request.inputs:
            return completed(8569, "speech recognized.", "speech", speech_result={"speech": text, "confidence": confidence})
        choice, phrase = chosen(text, self.request.choices)
        if choice is None:
            return failed(8547, "speech option not matched.")
        return completed(
            8545,
            "speech option matched.",
            "choices",
            choice_result={"label": choice.label, "recognizedPhrase": phrase, "confidence": confidence},
        )


def chosen(text: str, choices: tuple[Choice, ...]) -> tuple[Choice | None, str]:
    """The choice with the longest phrase that occurs in what was said, and that phrase."""
    said = f" {_plain(text)} "
    found = [(phrase, choice) for choice in choices for phrase in choice.phrases if f" {_plain(phrase)} " in said]
    if not found:
        return None, ""
    phrase, choice = max(found, key=lambda one: len(one[0]))
    return choice, phrase


def _plain(text: str) -> str:
    return " ".join(re.findall(r"[\w']+", text.casefold()))
