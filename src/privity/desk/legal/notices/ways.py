# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""How people are told of a request by its instrument, as the rulebook says; what it does not say is for counsel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from privity.desk.legal.requests.clocks import DAYS, Clock
from privity.desk.legal.rulebook.model import Instrument


class Way(StrEnum):
    BEFORE = "before"
    """Before anything leaves, with a time to object."""
    DELAYED = "delayed"
    """After it has left, by a day that the rulebook names."""
    AUTHORITY = "authority"
    """The authority tells them itself."""
    COUNSEL = "counsel"
    """A person decides which of these it is."""
    NONE = "none"
    """Nothing leaves by this instrument."""


@dataclass(frozen=True, slots=True)
class Route:
    way: Way
    window_days: int
    """The time to object."""
    delay_days: int
    basis: str


_WAYS: Final[Mapping[str, Way]] = {
    "before_production": Way.BEFORE,
    "before_production_if_permitted": Way.BEFORE,
    "at_latest_when_effect_given": Way.BEFORE,
    "delayed": Way.DELAYED,
    "issuing_authority_informs_user": Way.AUTHORITY,
    "after_expiry_or_process": Way.NONE,
    "none_automatic": Way.NONE,
    "none_to_other_party": Way.NONE,
}
"""By what the rulebook calls it. What is not here, `counsel_decides` among it, a person decides."""

LONGEST_DELAY_DAYS: Final = 90


def route_of(instrument: Instrument | None) -> Route:
    if instrument is None:
        return Route(Way.COUNSEL, DAYS[Clock.NOTICE], LONGEST_DELAY_DAYS, "")
    said = instrument.notice
    window = DAYS[Clock.NOTICE] if said.user_window_days is None else said.user_window_days
    delay = LONGEST_DELAY_DAYS if said.user_notice_after_days is None else said.user_notice_after_days
    way = _WAYS.get(said.default, Way.COUNSEL)
    return Route(way, window, min(delay, LONGEST_DELAY_DAYS), said.basis or "; ".join(instrument.basis))
