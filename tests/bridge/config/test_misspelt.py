"""Names that were meant for a setting."""

from __future__ import annotations

from voiceagent.config.misspelt import misspelt
from voiceagent.config.names import keys


def test_a_name_that_is_nearly_a_setting_is_told() -> None:
    told = ["VOICEAGENT_BRIDGE_PRT is no setting; did you mean VOICEAGENT_BRIDGE_PORT?"]
    assert misspelt(["VOICEAGENT_BRIDGE_PRT"]) == told
    assert misspelt(["VOICEAGENT_BRIDGE_PROT"]) == [told[0].replace("_PRT", "_PROT")]


def test_settings_and_what_is_somebody_elses_are_left_alone() -> None:
    assert misspelt([name for key in keys().values() for name in key.env]) == []
    assert misspelt(["VOICEAGENT_USER_FILE", "VOICEAGENT_TEST", "VOICEAGENT_MY_OWN_THING", "BRIDGE_PROT", "PATH"]) == []
