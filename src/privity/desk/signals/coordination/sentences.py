# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a cluster rests on, in words that its members and the staff read."""

from __future__ import annotations

from typing import Final

from privity.desk.signals.coordination.enough import HALF, REFUSED
from privity.desk.signals.coordination.model import Cluster, Kind, View

_DID: Final = {
    Kind.ASKED: "asked the same people for contact",
    Kind.KNOCKED: "asked to be let into the same conversations",
    Kind.REPORTED: "reported the same accounts",
    Kind.SHOWED: "changed what they show within the same minutes",
}


def sentence(found: Cluster) -> str:
    """How many did what, and what tells them from people who belong together."""
    outward = [each for each in found.shared if each.outward]
    did = [_DID[kind] for kind in Kind if any(each.kind is kind for each in outward)]
    when = "at the same times" if View.TIME_BINS in found.views else "within the same days"
    said = [f"{len(found.members)} accounts {_listed(did)} {when}, {len(outward)} of them in all"]
    if found.why.burst_share >= HALF and found.why.burst > 0:
        said.append(f"{_percent(found.why.burst_share)} of these accounts were made within 14 days")
    if found.why.source_share >= HALF and found.why.source > 0:
        said.append(f"{_percent(found.why.source_share)} came from the same few networks or people")
    if found.why.unwelcome >= REFUSED:
        said.append(f"{_percent(found.why.unwelcome)} of the people asked did not know them and did not accept")
    return "; ".join(said)


def _percent(share: float) -> str:
    return f"{share:.0%}"


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]
