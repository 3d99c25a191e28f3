"""What stands in Azure: names of Azure's own samples are read, and what cannot be a country or a name is refused."""

from __future__ import annotations

import pytest

from voiceagent.config.cloud import EVERYTHING, CloudSection
from voiceagent.config.load import load_settings
from voiceagent.errors import UserError


def test_by_default_everything_is_made_for_a_number_of_the_united_states() -> None:
    section = CloudSection()
    assert (section.number.country, section.number.calling, section.number.sms) == ("US", "inbound+outbound", "none")
    assert tuple(section.make) == EVERYTHING
    assert (section.event_grid.attempts, section.event_grid.life_minutes) == (2, 1)
    assert section.arm_endpoint == "https://management.azure.com"


def test_azures_own_names_are_read() -> None:
    environ = {"AZURE_SUBSCRIPTION_ID": "s", "AZURE_RESOURCE_GROUP": "g", "AZURE_LOCATION": "westeurope"}
    section = load_settings(None, environ=environ).settings.cloud
    assert (section.subscription_id, section.resource_group, section.location) == ("s", "g", "westeurope")


@pytest.mark.parametrize(
    "wrong",
    [
        {"cloud.acs_resource_id": "mine"},
        {"cloud.event_grid.entra_app_id": "a"},
        {"cloud.number.country": "usa"},
        {"cloud.name": "Voice Agent"},
        {"cloud.make": ["house"]},
        {"cloud.event_grid.attempts": 0},
    ],
)
def test_what_cannot_be_is_refused_by_name(wrong: dict[str, object]) -> None:
    with pytest.raises(UserError, match=next(iter(wrong)).replace(".", r"\.")):
        load_settings(None, environ={}, flags=wrong)
