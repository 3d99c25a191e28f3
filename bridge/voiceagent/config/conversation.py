"""The settings of how a conversation sounds and takes turns: voice, ears, turn detection, interruptions.

Names and bounds are those of Voice Live's session options, so that its documentation applies. Which of them fit which model is
in `config.combinations`.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from voiceagent.config.section import Section

MOST_PHRASES = 499
"""Azure's phrase lists hold fewer than 500."""

Word = Annotated[str, StringConstraints(min_length=1)]


class VoiceSection(Section):
    """How `agent.voice` is spoken."""

    type: Literal["auto", "openai", "azure-standard", "azure-custom", "azure-personal", "azure-realtime-native"] = Field(
        "auto", description="kind of agent.voice; auto: openai for OpenAI's names, azure-standard for all others"
    )
    endpoint_id: str = Field("", description="deployment of a custom voice; required for azure-custom")
    model: Literal[
        "", "DragonLatestNeural", "PhoenixLatestNeural", "PhoenixV2Neural", "DragonHDOmniLatestNeural", "MAI-Voice-1"
    ] = Field("", description="base model of a personal voice; required for azure-personal")
    temperature: float | None = Field(None, ge=0, le=1, description="variation of an HD voice")
    rate: float | None = Field(None, ge=0.5, le=1.5, description="speaking rate; 1 is the voice's own")
    style: str = Field("", description="speaking style, such as cheerful, of voices that have some")
    pitch: str = Field("", description="pitch, such as +5%")
    volume: str = Field("", description="loudness, such as +10%")
    locale: str = Field("", description="the one locale a multilingual voice speaks")
    prefer_locales: list[Word] = Field(default_factory=list, description="accents a multilingual voice prefers, best first")
    custom_lexicon_url: str = Field("", description="address of a pronunciation lexicon")
    custom_text_normalization_url: str = Field("", description="address of rules for reading numbers and abbreviations")


class EndOfUtteranceSection(Section):
    """Waits longer when the caller's words do not sound finished."""

    model: Literal[
        "",
        "semantic_detection_v1",
        "semantic_detection_v1_en",
        "semantic_detection_v1_multilingual",
        "smart_end_of_turn_detection",
    ] = Field("", description="what judges whether a sentence is finished; empty: only silence counts")
    threshold_level: Literal["low", "medium", "high", "default"] | None = Field(
        None, description="how sure it must be; empty: the engine's default"
    )
    timeout_ms: int | None = Field(None, ge=0, le=10000, description="longest wait for the rest of a sentence")


class TurnDetectionSection(Section):
    type: Literal[
        "server_vad", "azure_semantic_vad", "azure_semantic_vad_en", "azure_semantic_vad_multilingual", "semantic_vad"
    ] = Field("server_vad", description="how the engine finds the end of the caller's turn")
    threshold: float | None = Field(None, gt=0, lt=1, description="speech probability that counts as speech")
    prefix_padding_ms: int | None = Field(None, ge=0, le=5000, description="audio kept from before the onset")
    silence_duration_ms: int | None = Field(None, ge=50, le=10000, description="silence that ends a turn")
    speech_duration_ms: int | None = Field(None, ge=0, le=5000, description="speech that begins a turn; shorter is noise")
    remove_filler_words: bool | None = Field(
        None, description="words such as umm and uh do not interrupt; azure_semantic_vad only"
    )
    languages: list[Word] = Field(
        default_factory=list, description="languages spoken, for azure_semantic_vad and its multilingual kind"
    )
    eagerness: Literal["auto", "low", "medium", "high"] | None = Field(
        None, description="how soon a pause ends a turn, of semantic_vad"
    )
    auto_truncate: bool | None = Field(
        None,
        description="true: the engine shortens its memory itself, as if audio were heard when it was sent; "
        "else the bridge shortens it to what the caller heard",
    )
    appended_text_after_truncation: str = Field("", description="what marks the cut in the engine's memory, with auto_truncate")
    end_of_utterance: EndOfUtteranceSection = EndOfUtteranceSection()


class TranscriptionSection(Section):
    model: str = Field(
        "",
        description="azure-speech, mai-transcribe, whisper-1, gpt-4o-transcribe, gpt-4o-mini-transcribe or "
        "gpt-4o-transcribe-diarize; empty: azure-speech",
    )
    language: str = Field("", description="language hint, several with commas; empty: agent.language")
    prompt: str = Field("", description="guidance for OpenAI's transcription models")
    phrases: list[Word] = Field(
        default_factory=list, max_length=MOST_PHRASES, description="names and words to listen for, of azure-speech"
    )
    custom_speech: dict[str, Word] = Field(
        default_factory=dict, description="id of a custom speech model for each locale, of azure-speech"
    )


class InterimResponseSection(Section):
    """What the engine itself says while its answer takes long."""

    type: Literal["none", "static", "llm"] = Field("none", description="static: one of `texts`; llm: a small model's words")
    texts: list[Word] = Field(default_factory=list, description="what is said, of type static")
    model: str = Field("", description="the small model, of type llm; empty: the engine's default")
    instructions: str = Field("", description="its instructions, of type llm")
    max_tokens: int | None = Field(None, ge=1, le=4096, description="longest interim answer, of type llm")
    triggers: list[Literal["latency", "tool"]] = Field(
        ["latency"], min_length=1, description="what it is said for: any delay, or a tool call"
    )
    after_ms: int | None = Field(None, ge=0, le=30000, description="the delay after which it is said")


class BargeInSection(Section):
    """When a caller who speaks while the agent does makes it fall silent."""

    when: Literal["speech", "duration", "words", "never"] = Field(
        "speech",
        description="speech: as soon as the engine hears speech; duration: after `after_ms` of it; words: once "
        "`after_words` of it were transcribed; never: the agent finishes",
    )
    after_ms: int = Field(400, ge=50, le=10000, description="of duration: shorter speech is listening along, not answered")
    after_words: int = Field(2, ge=1, le=20, description="of words: fewer are listening along, and not answered")
    during_greeting: bool = Field(True, description="whether the greeting can be interrupted; the disclosure never can")
    resume_after_ms: int = Field(
        0,
        ge=0,
        le=10000,
        description="after an interruption without a word for so long the agent goes on where the caller stopped hearing; "
        "0: it does not",
    )
