# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Contacts, and what waits for a yes or a no, as the page shows them. What strangers wrote is made harmless here."""

from __future__ import annotations

from typing import Final

from privity.client.contacts import HeldRoom
from privity.client.sdk import Device
from privity.client.strangers.covering import covers_all
from privity.faces.app.people import person
from privity.faces.app.plain import one_line, visible
from privity.faces.app.port.contacts import (
    AgeShown,
    AskedShown,
    Card,
    ContactShown,
    ContactsShown,
    GuardianShown,
    HeldShown,
    InvitationShown,
    WardShown,
    WishShown,
)
from privity.identity.consent import Op, decode_entry
from privity.policy.profile import MAX_BIO, MAX_NAME
from privity.wire.contacts import Age, Profile, Request, Ward

MAX_HANDLE: Final = 64
"""Characters of what the hub calls a handle; a handle has fewer."""
MAX_LINES: Final = 20
"""Lines of what somebody says about themselves."""


def contacts(device: Device) -> ContactsShown:
    kept, frozen = device.contacts, device.preferences.frozen
    return ContactsShown(
        age=age_shown(kept.age),
        contacts=tuple(
            ContactShown(
                person=person(device, each.user_uri),
                name=_name(device, each.user_uri),
                since_ms=each.since_ms,
                how=each.how,
            )
            for each in kept.people()
        ),
        requests=tuple(
            WishShown(card=card(each.profile), mutual=each.mutual, asked_ms=each.asked_ms)
            for each in kept.requests()
            if not frozen(each.user_uri)
        ),
        asked=tuple(
            AskedShown(target=one_line(each.target, MAX_NAME), asked_ms=each.asked_ms) for each in kept.asked()
        ),
        invitations=tuple(
            InvitationShown(
                room_uri=each.room_uri,
                card=card(each.profile),
                people=each.people,
                contacts=tuple(each.contacts),
            )
            for each in kept.invitations()
            if not frozen(each.profile.user_uri)
        ),
        held=tuple(_held(each) for each in kept.held()),
        wards=tuple(_ward(each) for each in device.guarding.wards()),
        guardians=tuple(
            GuardianShown(user_uri=each.user_uri, handle=one_line(each.handle, MAX_HANDLE), pending=each.pending)
            for each in device.guarding.guardians()
        ),
        covers_all=covers_all(device),
    )


def card(profile: Profile, *, whole: bool = False) -> Card:
    """`whole`: it came with its picture, if there is one; with what waits for an answer it never does."""
    lines = visible(profile.bio[:MAX_BIO]).strip().splitlines()
    return Card(
        user_uri=profile.user_uri,
        handle=one_line(profile.handle, MAX_HANDLE),
        name=one_line(profile.name, MAX_NAME),
        bio="\n".join(lines[:MAX_LINES]),
        picture=not whole or profile.picture is not None,
        since_ms=profile.since_ms,
    )


def age_shown(age: Age) -> AgeShown:
    return AgeShown(band=age.band, adult_from_ms=age.adult_from_ms, review=age.review)


def _name(device: Device, user_uri: str) -> str:
    kept = device.profiles.kept(user_uri)
    return "" if kept is None else one_line(kept.name, MAX_NAME)


def _held(room: HeldRoom) -> HeldShown:
    return HeldShown(
        room_uri=room.room_uri,
        added_by=room.added_by,
        people=tuple(room.people),
        contacts=tuple(room.contacts),
    )


def _ward(ward: Ward) -> WardShown:
    return WardShown(
        user_uri=ward.user_uri,
        handle=one_line(ward.handle, MAX_HANDLE),
        age=age_shown(ward.age),
        asks=tuple(_ask(each) for each in ward.asks),
    )


def _ask(asked: Request) -> WishShown:
    """Who asks for a ward. The device has verified the entry."""
    return WishShown(
        card=card(asked.profile),
        mutual=asked.mutual,
        asked_ms=asked.asked_ms,
        guardian=decode_entry(asked.entry).claimed.op is Op.GUARD,
    )
