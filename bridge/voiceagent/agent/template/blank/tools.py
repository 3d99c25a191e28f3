"""The functions this agent may call. Each @tool is offered to the model: its docstring says when to use it, its signature
becomes the JSON Schema of the arguments. Save the file and the next call uses it.
"""

from __future__ import annotations

from datetime import datetime

from voiceagent import tool


@tool
def current_time() -> dict[str, str]:
    """Tell the time of day; use it when the caller asks what time it is."""
    return {"time": datetime.now().strftime("%I:%M %p").lstrip("0")}
