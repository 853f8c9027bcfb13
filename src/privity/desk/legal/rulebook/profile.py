# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The operator's profile: the facts that decide which instruments bind a house, and what it really holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from privity.desk.legal.rulebook.errors import ProfileRefused
from privity.production.classes import Releasable

Country = Annotated[str, Meta(pattern="^[A-Z]{2}$")]


class Profile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an operator says of the house. What is not said does not hold, so that no instrument binds by silence."""

    established_in: tuple[Country, ...] = ()
    represented_in: tuple[Country, ...] = ()
    """Where somebody may take orders for the operator, without an establishment."""
    us_jurisdiction: bool = False
    offers_services_in_eu: bool = False
    designated_state: Country | None = None
    """The member State of the designated establishment or legal representative under Directive (EU) 2023/1544."""
    provider_2258e: bool = False
    holds: dict[Releasable, Annotated[int, Meta(ge=0, le=36_500)]] = {}
    """Each class that is really held, and for how many days; 0 is as long as the account."""


BINDING: Final[Mapping[str, str]] = {
    "us_jurisdiction": "the operator is under the jurisdiction of the United States",
    "offers_services_in_eu": "the operator offers services in the European Union",
    "eu_designated_establishment_or_representative": "the operator designated an establishment or representative there",
    "provider_2258e": "the operator is a provider under 18 USC 2258E",
    "uk_established": "the operator is established in the United Kingdom",
    "de_established_or_represented": "the operator is established or represented in Germany",
    "fr_established_or_represented": "the operator is established or represented in France",
}
"""The facts of a profile that an instrument may need to bind, and what each says."""


def read(data: Any) -> Profile:
    """A profile out of a decoded file. Raises ProfileRefused."""
    try:
        return msgspec.convert(data, Profile)
    except msgspec.ValidationError as err:
        raise ProfileRefused(f"the profile: {err}") from None


def holds_of(profile: Profile, fact: str) -> bool:
    """Whether one of `BINDING` holds for this operator."""
    places = {*profile.established_in, *profile.represented_in}
    match fact:
        case "us_jurisdiction":
            return profile.us_jurisdiction
        case "offers_services_in_eu":
            return profile.offers_services_in_eu
        case "eu_designated_establishment_or_representative":
            return profile.designated_state is not None
        case "provider_2258e":
            return profile.provider_2258e
        case "uk_established":
            return "GB" in profile.established_in
        case "de_established_or_represented":
            return "DE" in places
        case "fr_established_or_represented":
            return "FR" in places
    return False
