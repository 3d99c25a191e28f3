"""The functions this agent may call. Each @tool is offered to the model: its docstring says when to use it, its signature
becomes the JSON Schema of the arguments. Save the file and the next call uses it.
"""

from __future__ import annotations

from voiceagent import tool

# Stands for your order system; replace the look-up below by a request to it (`async def` works as well).
ORDERS = {
    "4271": {"status": "on its way", "detail": "It left our warehouse yesterday and arrives tomorrow before noon."},
    "1138": {"status": "delivered", "detail": "It was delivered on Monday and signed for at the front desk."},
    "2605": {"status": "being packed", "detail": "It leaves our warehouse today."},
    "9000": {"status": "cancelled", "detail": "The refund takes three to five working days."},
}


@tool
def lookup_order(order_id: str) -> dict[str, str]:
    """Look up the status of an order.

    Args:
        order_id: the four digit order number, digits only
    """
    number = "".join(character for character in order_id if character.isdigit())
    found = ORDERS.get(number)
    if found is None:
        return {"order_id": number or order_id, "status": "not_found", "detail": "There is no order with this number."}
    return {"order_id": number, **found}
