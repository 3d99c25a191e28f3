"""As much of Redis as the shared store needs, on the loopback, for the real client."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager


class RedisStub:
    """Strings and sets. Nothing expires by itself: `expire` says what is gone."""

    def __init__(self) -> None:
        self.texts: dict[str, bytes] = {}
        self.sets: dict[str, set[bytes]] = {}
        self.seconds: dict[str, int] = {}

    def expire(self, ending: str) -> None:
        for name in [name for name in self.texts if name.endswith(ending)]:
            del self.texts[name]

    def answer(self, words: list[bytes]) -> bytes:
        command, *rest = words
        does: dict[bytes, Callable[[list[bytes]], bytes]] = {
            b"SET": self._set,
            b"SADD": self._sadd,
            b"SREM": self._srem,
            b"SMEMBERS": lambda given: _array(sorted(self.sets.get(given[0].decode(), set()))),
            b"MGET": lambda given: _array([self.texts.get(name.decode()) for name in given]),
            b"DEL": lambda given: b":%d\r\n" % (self.texts.pop(given[0].decode(), None) is not None),
        }
        return does.get(command.upper(), lambda _: b"+OK\r\n")(rest)

    def _set(self, given: list[bytes]) -> bytes:
        name, value = given[0].decode(), given[1]
        if b"NX" in given and name in self.texts:
            return b"$-1\r\n"
        self.texts[name] = value
        self.seconds[name] = int(given[given.index(b"EX") + 1])
        return b"+OK\r\n"

    def _sadd(self, given: list[bytes]) -> bytes:
        self.sets.setdefault(given[0].decode(), set()).update(given[1:])
        return b":1\r\n"

    def _srem(self, given: list[bytes]) -> bytes:
        self.sets.get(given[0].decode(), set()).difference_update(given[1:])
        return b":1\r\n"


def _array(members: list[bytes] | list[bytes | None]) -> bytes:
    return b"*%d\r\n" % len(members) + b"".join(
        b"$-1\r\n" if one is None else b"$%d\r\n%s\r\n" % (len(one), one) for one in members
    )


@asynccontextmanager
async def redis_stub() -> AsyncIterator[tuple[RedisStub, str]]:
    """The stub and its address while the block runs."""
    stub = RedisStub()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readline():
                words = []
                for _ in range(int(head[1:])):
                    size = int((await reader.readline())[1:])
                    words.append((await reader.readexactly(size + 2))[:-2])
                if words[0].upper() == b"HELLO":
                    writer.write(b"-ERR unknown command\r\n")  # an old server: the client goes on in the old protocol
                else:
                    writer.write(stub.answer(words))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield stub, f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}/0"
