"""The process that holds ngrok's tunnel: reads its order from standard input, prints one line, and stays until that input ends.

After a failed connection the SDK crashes the interpreter that ends; the line is printed by then, and nobody asks for the code.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any


async def hold(order: dict[str, Any]) -> None:
    """Forward ngrok's traffic to the port until our parent is gone."""
    try:
        import ngrok
    except ImportError:
        _tell({"missing": "ngrok"})
        return
    try:
        session = ngrok.SessionBuilder().authtoken(order["token"]).metadata("voiceagent")
        if order["server"]:
            session = session.server_addr(order["server"])
        listener = (await session.connect()).http_endpoint()
        if order["domain"]:
            listener = listener.domain(order["domain"])
        forwarding = await listener.listen_and_forward(f"http://127.0.0.1:{order['port']}")
    except Exception as error:  # the SDK raises ValueError for everything, with a tuple of words
        words = [str(word) for word in error.args]
        code = next((word for word in words if word.startswith("ERR_NGROK")), "")
        _tell({"error": " ".join(word for word in words if word != code and word != "None"), "code": code})
        return
    _tell({"url": forwarding.url()})
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.buffer.read)


def _tell(line: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def main() -> None:
    """The whole life of the child."""
    asyncio.run(hold(json.loads(sys.stdin.buffer.readline())))


if __name__ == "__main__":
    main()
