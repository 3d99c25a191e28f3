"""Where Voice Live and its models are offered, as documented (Speech regions, revisions of 2025-11 to 2026). Pure.

A table ages: what it does not know it does not judge, and the service has the last word.
"""

from __future__ import annotations

REALTIME = frozenset(
    {
        *("australiaeast", "canadacentral", "canadaeast", "centralindia", "centralus", "eastus2", "francecentral"),
        *("southeastasia", "swedencentral", "uksouth", "westus2"),
    }
)
PHI = frozenset({"eastus2", "japaneast", "southeastasia", "swedencentral", "westus2"})
VOICE_LIVE = (
    REALTIME
    | PHI
    | {
        *("brazilsouth", "eastus", "germanywestcentral", "italynorth", "japanwest", "koreacentral", "northcentralus"),
        *("norwayeast", "southafricanorth", "southcentralus", "switzerlandnorth", "uaenorth", "westcentralus", "westeurope"),
        *("westus", "westus3"),
    }
)
_TABLES = (
    ("gpt-realtime-mini", REALTIME - {"canadaeast"}),
    ("gpt-realtime", REALTIME),
    ("phi4-mm-realtime", PHI),
)
"""By the beginning of a model's name, the longer ones first; later revisions of a model are taken for the same."""


def plain(region: str) -> str:
    """`Sweden Central` as `swedencentral`."""
    return region.lower().replace(" ", "")


def regions_of(model: str) -> list[str]:
    """The regions that offer a model; empty when that is not known."""
    return next((sorted(regions) for name, regions in _TABLES if model.startswith(name)), [])


def offered_in(model: str, region: str) -> bool | None:
    """Whether a model is offered in a region; None when that is not known."""
    regions = regions_of(model)
    return plain(region) in regions if regions else None
