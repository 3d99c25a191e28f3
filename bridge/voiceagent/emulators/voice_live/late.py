"""Settings that the service takes and then breaks on: every response of the session fails.

Measured by others on the real service; the words of the failures are ours. unverified: vl-late-words
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from voiceagent.emulators.voice_live.offer import Offer


def failure_of(session: Mapping[str, Any], offer: Offer) -> tuple[str, str] | None:
    """Why a response with these settings fails, as code and sentence; None when it can succeed."""
    if not offer.azure or offer.native or offer.agent:
        return None
    if offer.reasons and session.get("temperature") is not None:
        return "unsupported_parameter", f"'temperature' is not supported by the reasoning model '{offer.model}'."
    if not offer.reasons and session.get("reasoning_effort") is not None:
        return "unsupported_parameter", f"'reasoning_effort' is not supported by '{offer.model}', which does not reason."
    return None
