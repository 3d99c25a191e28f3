"""voiceagent: phone agents on Azure, and a whole phone call on a laptop.

What an agent project imports lives here and nowhere else; names are resolved on first use so that importing costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from voiceagent.tools.define import CallContext, HandTo, KeyEntry, SecretDigits, tool

__all__ = ["CallContext", "HandTo", "KeyEntry", "SecretDigits", "__version__", "tool"]
__version__ = "0.1.0"

_HOMES = dict.fromkeys(("CallContext", "HandTo", "KeyEntry", "SecretDigits", "tool"), "voiceagent.tools.define")


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'voiceagent' has no attribute {name!r}")
