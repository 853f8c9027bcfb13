# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What this device has on disk of somebody, for the sentences of `acquaintance`. The hub is asked nothing."""

from __future__ import annotations

import hashlib
from typing import Final

from privity.client.engine.contact_book import Known
from privity.client.sdk import Device
from privity.client.strangers.acquaintance import Contact, Facts, Line, lines
from privity.identity.consent import Op, decode_entry
from privity.wire.contacts import Profile

MAX_COMPARED: Final = 2_000
"""Contacts that a name and a picture are compared with."""


def acquaintance_of(device: Device, user_uri: str, logged_since_ms: int | None = None) -> tuple[Line, ...]:
    """How the person knows somebody. `logged_since_ms`: when the key log shows their first list, where it was asked."""
    return lines(facts_of(device, user_uri, logged_since_ms), device.host.now_ms())


def facts_of(device: Device, user_uri: str, logged_since_ms: int | None = None) -> Facts:
    engine = device.host.engine.device
    account, known = engine.pins.account(user_uri), engine.contacts.known(user_uri) or Known()
    wish = next((each for each in device.contacts.requests() if each.user_uri == user_uri), None)
    profile = _profile(device, user_uri)
    groups = _groups(device, user_uri)
    own, theirs = _first(known.own), _first(known.theirs)
    return Facts(
        handle=device.names.handle(user_uri) or ("" if wish is None else wish.handle),
        name="" if profile is None else profile.name,
        picture=_picture(profile),
        hub_since_ms=0 if profile is None else profile.since_ms,
        logged_since_ms=logged_since_ms,
        devices_ms=() if account is None else tuple(each.added_ms for each in account.in_force.devices),
        lists=0 if account is None else account.newest.version + 1,
        mutual=None if wish is None else wish.mutual,
        groups=tuple(groups.values()),
        through=_through(device, user_uri, groups),
        contact=device.contacts.is_contact(user_uri),
        asked=own is not None and (theirs is None or own <= theirs),
        came=wish is not None or (theirs is not None and (own is None or theirs <= own)),
        met=_met(known),
        compared=device.checked.since_ms(user_uri) is not None and not device.checked.changed(user_uri),
        vouched=bool(known.vouches),
        contacts=_contacts(device, user_uri),
    )


def _contacts(device: Device, user_uri: str) -> tuple[Contact, ...]:
    found = []
    for each in device.contacts.people()[:MAX_COMPARED]:
        if each.user_uri == user_uri:
            continue
        profile, handle = device.profiles.kept(each.user_uri), device.names.handle(each.user_uri) or ""
        names = tuple(name for name in (handle, "" if profile is None else profile.name) if name)
        if names:
            found.append(Contact(handle or names[0], names, _picture(profile)))
    return tuple(found)


def _profile(device: Device, user_uri: str) -> Profile | None:
    """As it was seen last, or as it came with a request."""
    kept = device.profiles.kept(user_uri)
    if kept is not None:
        return kept
    return next((each.profile for each in device.contacts.requests() if each.user_uri == user_uri), None)


def _picture(profile: Profile | None) -> bytes | None:
    return None if profile is None or profile.picture is None else hashlib.sha256(profile.picture).digest()


def _groups(device: Device, user_uri: str) -> dict[str, str]:
    """Groups that both are in now, and what they are called."""
    rooms = device.host.engine.rooms
    usable = (uri for uri in device.rooms() if rooms[uri].group is not None and not rooms[uri].record.stopped)
    return {
        uri: rooms[uri].record.name or "one without a name"
        for uri in usable
        if not rooms[uri].record.direct and user_uri in device.people(uri)
    }


def _through(device: Device, user_uri: str, groups: dict[str, str]) -> tuple[str, ...]:
    """Contacts of the person who are in one of these groups."""
    people = dict.fromkeys(each for room_uri in groups for each in device.people(room_uri))
    contacts = [each for each in people if each != user_uri and device.contacts.is_contact(each)]
    return tuple(device.names.handle(each) or "one without a handle" for each in contacts)


def _first(values: tuple[bytes, ...]) -> int | None:
    """When somebody asked first; their yes to the other is no asking."""
    asked = [entry.at_ms for entry in (decode_entry(value).claimed for value in values) if entry.op is Op.REQUEST]
    return min(asked, default=None)


def _met(known: Known) -> bool:
    """Whether one used the code of the other, as both signed."""
    return all(any(decode_entry(value).claimed.op is Op.MEET for value in side) for side in (known.own, known.theirs))
