"""Names that were meant for a setting."""

from __future__ import annotations

import pytest

from voiceagent.config.misspelt import misspelt
from voiceagent.config.names import keys


def test_a_name_that_is_nearly_a_setting_is_told() -> None:
    told = ["VOICEAGENT_BRIDGE_PRT is no setting; did you mean VOICEAGENT_BRIDGE_PORT?"]
    assert misspelt(["VOICEAGENT_BRIDGE_PRT"]) == told
    assert misspelt(["VOICEAGENT_BRIDGE_PROT"]) == [told[0].replace("_PRT", "_PROT")]


def test_settings_and_what_is_somebody_elses_are_left_alone() -> None:
    assert misspelt([name for key in keys().values() for name in key.env]) == []
    assert misspelt(["VOICEAGENT_USER_FILE", "VOICEAGENT_TEST", "VOICEAGENT_MY_OWN_THING", "BRIDGE_PROT", "PATH"]) == []


@pytest.mark.parametrize("name", ["AZURE_VOICELIVE_ENDPONT", "AZURE_VOICELIVE_ENDPOINTS", "AZURE_VOICELIV_ENDPOINT"])
def test_a_well_known_name_that_is_one_letter_off_is_told(name: str) -> None:
    assert misspelt([name]) == [f"{name} is no setting; did you mean AZURE_VOICELIVE_ENDPOINT?"]


@pytest.mark.parametrize(
    "name",
    [
        "AZURE_CLIENT_ID",
        "AZURE_TENANT_ID",
        "AZURE_CLIENT_SECRET",
        "AZURE_SEARCH_KEY",
        "AZURE_OPENAI_ENDPOINT_2",
        "AZURE_OPENAI_KEY",
    ],
)
def test_what_others_read_of_the_cloud_is_left_alone(name: str) -> None:
    assert misspelt([name]) == []
