# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The invented rulebook of the drill: the shipped one word for word, as if two people had reviewed it today."""

from __future__ import annotations

import json
from datetime import date
from importlib import resources
from typing import Any, Final

from privity.desk.legal.rulebook import strict_yaml
from privity.production.classes import Releasable

REVIEWERS: Final = ["Ada Invented", "Bo Invented"]
PROFILE: Final = {
    "established_in": ["IE", "US"],
    "us_jurisdiction": True,
    "offers_services_in_eu": True,
    "designated_state": "IE",
    "holds": {each: 30 for each in Releasable if each is not Releasable.SESSION_IP},
}
"""An operator whom every instrument of the drill binds."""


def rulebook(today: date) -> bytes:
    """In force from this day on. An instrument that has run out by then applies still: law is not what is drilled."""
    read: dict[str, Any] = strict_yaml.load(
        resources.files("privity.desk.legal.rulebook").joinpath("rulebook.yaml").read_bytes()
    )
    review = {"reviewers": REVIEWERS, "reviewed_on": today.isoformat()}
    read |= {"status": "active", "review": review}
    for each in read["instruments"]:
        each["review"] = review
        each.get("applies", {}).pop("until", None)
    return json.dumps(read, indent=1).encode()


def profile() -> bytes:
    return json.dumps(PROFILE).encode()
