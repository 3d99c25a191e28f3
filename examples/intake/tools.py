"""The functions this agent may call. Each @tool is offered to the model: its docstring says when to use it, its signature
becomes the JSON Schema of the arguments. Save the file and the next call uses it.
"""

from __future__ import annotations

from voiceagent import tool

# Stand for your patient records; replace them by requests to your system (`async def` works as well), which also decides who
# may know of what is told here.
PATIENTS = {"4271", "1138"}
WAITING: list[dict[str, object]] = []


@tool
def save_intake(patient_number: str, fever: bool = False, reason: str = "") -> dict[str, object]:
    """Note for the doctor that a patient comes, once the caller has given the patient number.

    Args:
        patient_number: the four digit patient number, digits only
        fever: whether the caller has a fever
        reason: why they come, in a few of their own words
    """
    number = "".join(character for character in patient_number if character.isdigit())
    if number not in PATIENTS:
        return {"status": "unknown_patient"}
    waiting = [entry for entry in WAITING if entry["patient"] != number]
    WAITING[:] = [*waiting, {"patient": number, "fever": fever, "reason": reason}]
    return {"status": "noted", "place": len(WAITING)}
