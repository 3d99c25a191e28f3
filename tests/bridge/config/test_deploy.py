"""The settings of a deployed bridge: one small replica by default, and nothing secret in a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from voiceagent.config.deploy import DeploySection
from voiceagent.config.load import load_settings
from voiceagent.errors import UserError


def test_by_default_one_replica_is_always_there() -> None:
    assert (DeploySection().min_replicas, DeploySection().max_replicas) == (1, 1)


@pytest.mark.parametrize("line", ["max_replicas = 51", "min_replicas = 0", "cpu = 0.3", 'app = "Shop"', "grace_seconds = 10"])
def test_what_no_bridge_can_be_deployed_with_is_refused(line: str, tmp_path: Path) -> None:
    (tmp_path / "voiceagent.toml").write_text(f"[deploy]\n{line}\n")
    with pytest.raises(UserError, match=f"deploy.{line.split()[0]}"):
        load_settings(tmp_path, environ={})


def test_the_address_of_redis_is_a_secret(tmp_path: Path) -> None:
    (tmp_path / "voiceagent.toml").write_text('[shared]\nredis_url = "redis://:do-not-tell@10.0.0.1"\n')
    with pytest.raises(UserError, match=r"shared\.redis_url"):
        load_settings(tmp_path, environ={})
    settings = load_settings(None, environ={"REDIS_URL": "redis://:do-not-tell@10.0.0.1"}).settings
    assert "do-not-tell" not in repr(settings.shared)
