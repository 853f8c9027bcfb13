# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Profiles, ages, and watching over minors."""

from __future__ import annotations

from typing import Final

from privity.faces.app.contacts import age_shown, card
from privity.faces.app.errors import Malformed
from privity.faces.app.opened import Opened
from privity.faces.app.people import other
from privity.faces.app.plain import one_line, visible
from privity.faces.app.port.asked import Done
from privity.faces.app.port.contacts import (
    AgeSet,
    EndGuardianship,
    OwnProfile,
    OwnProfileShown,
    ProfileOf,
    ProfileShown,
    PutProfile,
    SetAge,
    SetWardAge,
    Vouch,
)
from privity.faces.app.portraits import own_picture
from privity.faces.app.verbs import Verbs
from privity.identity.uris import parse_user_uri
from privity.policy.profile import MAX_BIO, MAX_NAME
from privity.preview.making import make_square

MAX_DAY_MS: Final = 1 << 45
"""A day beyond the year 3000 is a typing mistake."""


async def own_profile(opened: Opened, _: OwnProfile) -> OwnProfileShown:
    own = await opened.device.profiles.own()
    return OwnProfileShown(
        name=one_line(own.name, MAX_NAME),
        bio=visible(own.bio[:MAX_BIO]),
        picture=await own_picture(opened, own.picture),
        listed=own.listed,
    )


async def put_profile(opened: Opened, request: PutProfile) -> Done:
    """Whatever the page sends as a picture, what goes out was made anew where a decoder can do no harm."""
    picture = None if request.picture is None else await make_square(request.picture)
    await opened.device.profiles.put(request.name.strip(), request.bio.strip(), picture, request.listed)
    return Done()


async def profile_of(opened: Opened, request: ProfileOf) -> ProfileShown:
    return ProfileShown(card=card(await opened.device.profiles.of(parse_user_uri(request.user_uri)), whole=True))


async def set_age(opened: Opened, request: SetAge) -> AgeSet:
    return AgeSet(age=age_shown(await opened.device.contacts.set_age(request.band)))


async def vouch(opened: Opened, request: Vouch) -> Done:
    ward_uri, user_uri = other(opened.device, request.ward_uri), other(opened.device, request.user_uri)
    if request.agree:
        await opened.device.guarding.vouch(ward_uri, user_uri)
    else:
        await opened.device.guarding.refuse(ward_uri, user_uri)
    return Done()


async def end(opened: Opened, request: EndGuardianship) -> Done:
    await opened.device.guarding.end(other(opened.device, request.ward_uri))
    return Done()


async def set_ward_age(opened: Opened, request: SetWardAge) -> Done:
    day = request.adult_from_ms
    if day is not None and not 0 <= day < MAX_DAY_MS:
        raise Malformed("the day on which somebody is an adult is in milliseconds since 1970")
    await opened.device.guarding.set_age(other(opened.device, request.ward_uri), request.band, day)
    return Done()


VERBS: Final[Verbs] = {
    OwnProfile: own_profile,
    PutProfile: put_profile,
    ProfileOf: profile_of,
    SetAge: set_age,
    Vouch: vouch,
    EndGuardianship: end,
    SetWardAge: set_ward_age,
}
