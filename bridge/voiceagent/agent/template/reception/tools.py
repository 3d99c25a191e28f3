"""What the reception can do beside handing callers over; the tools for that are built in."""

from voiceagent import tool


@tool
def take_message(text: str) -> dict[str, str]:
    """Write down a message for the person who could not be reached."""
    return {"written": text}
