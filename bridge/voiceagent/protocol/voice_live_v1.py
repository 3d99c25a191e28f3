"""The wire of Voice Live's evergreen api-version `v1`: GA words, with Azure's settings flattened into `audio.input` and
`audio.output`.

Known from its contract only; whether the service accepts `api-version=v1` nobody has shown.
"""

from __future__ import annotations

from voiceagent.protocol.nesting import Shape
from voiceagent.protocol.openai_ga import GA, RESPONSE_PATHS, SESSION_PATHS

V1 = Shape(
    {
        **SESSION_PATHS,
        "input_audio_echo_cancellation": ("audio", "input", "echo_cancellation"),
        "output_audio_timestamp_types": ("audio", "output", "output_audio_timestamp_types"),
    },
    RESPONSE_PATHS,
    refused=GA.refused - {"input_audio_echo_cancellation", "output_audio_timestamp_types", "animation", "avatar"},
    voice={
        "type": "voice_type",
        "name": "voice",
        "temperature": "voice_temperature",
        "endpoint_id": "custom_voice_endpoint_id",
        "model": "personal_voice_model",
        "custom_lexicon_url": "custom_lexicon_url",
        "custom_text_normalization_url": "custom_text_normalization_url",
        "prefer_locales": "prefer_locales",
        "locale": "locale",
        "style": "style",
        "pitch": "pitch",
        "volume": "volume",
        "rate": "rate",
    },
)
