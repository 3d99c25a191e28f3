"""ngrok, in a child, against a stand-in of its SDK; and the SDK itself where its connection fails."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from voiceagent.errors import RemoteError, UserError
from voiceagent.testing.ssh import free_port
from voiceagent.tunnels.ngrok import CHILD, address_in, way

FAKE = """
class _Listener:
    def __init__(self): self.name = "given"
    def domain(self, name): self.name = name; return self
    async def listen_and_forward(self, to):
        self.to = to
        return self
    def url(self): return f"https://{self.name}.ngrok.example/?to={self.to}"

class _Session:
    def http_endpoint(self): return _Listener()

class SessionBuilder:
    def authtoken(self, token): self.token = token; return self
    def metadata(self, text): return self
    def server_addr(self, where): return self
    async def connect(self):
        if self.token != "good-token":
            raise ValueError("failed to connect session", f"your token {self.token} is wrong", "ERR_NGROK_105")
        return _Session()
"""


def child_with(folder: Path, sdk: str) -> list[str]:
    """The child, which finds that SDK before any installed one."""
    (folder / "ngrok.py").write_text(sdk)
    path = [str(folder), *(one for one in sys.path if one)]
    code = f"import runpy, sys; sys.path[:0] = {path!r}; runpy.run_module({CHILD[-1]!r}, run_name='__main__')"
    return [sys.executable, "-c", code]


@pytest.fixture
def child(tmp_path: Path) -> list[str]:
    return child_with(tmp_path, FAKE)


@pytest.mark.parametrize(("domain", "name"), [("", "given"), ("mine.example", "mine.example")])
async def test_it_forwards_to_our_port(domain: str, name: str, child: list[str]) -> None:
    async with way("good-token", domain, 4711, program=child) as link:
        assert link.address.url == f"https://{name}.ngrok.example/?to=http://127.0.0.1:4711"


async def test_a_token_that_is_refused_is_told_without_it(child: list[str]) -> None:
    with pytest.raises(RemoteError) as caught:
        async with way("bad-token", "", 4711, program=child):
            pass
    error = caught.value
    assert (str(error), error.code, error.service) == (
        "no tunnel: failed to connect session your token <secret> is wrong",
        "ERR_NGROK_105",
        "ngrok",
    )
    assert "NGROK_AUTHTOKEN" in error.remedy


async def test_without_the_sdk(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="needs its SDK") as caught:
        async with way("token", "", 1, program=child_with(tmp_path, "raise ImportError('ngrok')")):
            pass
    assert caught.value.remedy == "pip install ngrok"


@pytest.mark.skipif(find_spec("ngrok") is None, reason="ngrok's SDK is not installed: extra tunnel")
async def test_the_real_sdk_that_reaches_nobody_costs_us_nothing() -> None:
    """Its interpreter crashes at its end; ours goes on and tells what it said."""
    with pytest.raises(RemoteError, match="no tunnel: failed to connect session"):
        async with way("no-token-of-anybody", "", 1, server=f"127.0.0.1:{free_port()}"):
            pass


def test_what_is_no_line_of_the_childs_has_no_address() -> None:
    assert [address_in(line) for line in ('{"url": "https://x"}', "[1]", "{", '{"error": "x"}')] == ["https://x", "", "", ""]
