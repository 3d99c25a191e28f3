"""Microsoft's program, as a stand-in that prints what people have posted from the real one."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from voiceagent.errors import RemoteError, UserError
from voiceagent.tunnels.devtunnel import address_in, way


def stand_in(tmp_path: Path, says: str, *, stays: bool = True) -> list[str]:
    """Prints, remembers how it was called, and stays until its input ends."""
    code = f"""
import pathlib, sys
pathlib.Path({str(tmp_path / "called")!r}).write_text(" ".join(sys.argv[1:]))
print({says!r}, flush=True)
{"sys.stdin.read()" if stays else "sys.exit(1)"}
"""
    return [sys.executable, "-S", "-c", code]


SAYS = """\
Hosting port: 8080
Connect via browser: https://abc.inc1.devtunnels.ms:8080, https://abc-8080.inc1.devtunnels.ms
Inspect network activity: https://abc-8080-inspect.inc1.devtunnels.ms

Ready to accept connections for tunnel: abc"""


@pytest.mark.parametrize(
    ("tunnel_id", "called"),
    [
        ("", "host --port-numbers 8080 --protocol http --allow-anonymous"),
        ("my-phone", "host my-phone --port-numbers 8080 --protocol http --allow-anonymous"),
    ],
)
async def test_it_hosts_our_port_for_anybody(tunnel_id: str, called: str, tmp_path: Path) -> None:
    async with way(tunnel_id, 8080, program=stand_in(tmp_path, SAYS)) as link:
        assert link.address.url == "https://abc-8080.inc1.devtunnels.ms"
    assert (tmp_path / "called").read_text() == called


@pytest.mark.parametrize(
    ("line", "address"),
    [
        ("Connect via browser: https://abc123-8080.use.devtunnels.ms", "https://abc123-8080.use.devtunnels.ms"),
        ("Connect via browser: https://abc.devtunnels.ms/", "https://abc.devtunnels.ms"),
        ("Inspect network activity: https://abc-8080-inspect.use.devtunnels.ms", ""),
        ("Hosting port: 8080", ""),
    ],
)
def test_the_address_in_a_line(line: str, address: str) -> None:
    assert address_in(line, 8080) == address


@pytest.mark.parametrize(
    ("says", "remedy"), [("Unauthorized: please login first.", "devtunnel user login"), ("Over the limit", "see what it says")]
)
async def test_a_refusal_is_quoted(says: str, remedy: str, tmp_path: Path) -> None:
    with pytest.raises(RemoteError, match=says[:12]) as caught:
        async with way("", 8080, program=stand_in(tmp_path, says, stays=False)):
            pass
    assert remedy in caught.value.remedy


async def test_the_program_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda _: None)
    with pytest.raises(UserError, match="which is not installed") as caught:
        async with way("", 8080):
            pass
    assert "devtunnel user login" in caught.value.remedy
