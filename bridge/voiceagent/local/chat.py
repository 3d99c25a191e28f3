"""An OpenAI-compatible chat endpoint, for whoever has a question of a sentence or two: simulated callers, judges of words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from voiceagent.errors import RemoteError
from voiceagent.trust import authorities

if TYPE_CHECKING:
    import httpx

READ_SECONDS = 60.0
SERVICE = "chat endpoint"


@dataclass(frozen=True, slots=True)
class Chat:
    """One endpoint and model."""

    base_url: str
    model: str
    api_key: str = field(default="", repr=False)
    transport: httpx.AsyncBaseTransport | None = None

    async def answer(self, messages: Sequence[Mapping[str, str]]) -> str:
        """The model's next words. RemoteError when the endpoint refuses, fails, or answers something else."""
        import httpx

        headers = {"Authorization": f"Bearer {self.api_key}"} if self.api_key else {}
        async with httpx.AsyncClient(
            timeout=READ_SECONDS, verify=authorities(), transport=self.transport, headers=headers
        ) as http:
            try:
                url = f"{self.base_url.rstrip('/')}/chat/completions"
                answer = await http.post(url, json={"model": self.model, "messages": list(messages)})
                if answer.status_code >= 400:
                    raise RemoteError(answer.text[:200].strip(), service=SERVICE, status=answer.status_code)
                return str(answer.json()["choices"][0]["message"]["content"]).strip()
            except (httpx.HTTPError, ValueError, LookupError, TypeError) as error:
                raise RemoteError(f"No words from {self.base_url}: {type(error).__name__}.", service=SERVICE) from error
