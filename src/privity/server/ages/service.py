# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Changing what age an account counts as: by itself towards more protection, upwards by a guardian or the operator."""

from __future__ import annotations

from dataclasses import dataclass, replace

from privity.mls.errors import PolicyRefused
from privity.policy.age import Authority, check_band_change, is_minor
from privity.server.accounts import store as accounts
from privity.server.ages import store
from privity.server.ages.model import StoredAge
from privity.server.context import DeviceHooks, HubContext
from privity.server.db.database import Query, Tx
from privity.server.errors import UnknownHandle
from privity.server.guardians import store as guardians
from privity.server.profiles import store as profiles
from privity.wire.age import AgeBand
from privity.wire.contacts import Age
from privity.wire.errors import Code, Refusal


@dataclass(frozen=True, slots=True)
class Review:
    """Somebody who asks to be treated as an adult, for the operator to decide."""

    handle: str
    band: AgeBand
    since_ms: int
    guardians: int


def told(query: Query, user_uri: str, now_ms: int) -> Age:
    """What the person is told of their own age."""
    age = store.find(query, user_uri)
    band = age.now(now_ms)
    later = age.adult_from_ms if is_minor(band) else None
    return Age(band, later, age.review_ms is not None)


async def set_own(context: HubContext, user_uri: str, band: AgeBand) -> Age:
    """Take what a person says of themselves; a minor who says adult has asked for a review."""
    context.limits.take("age.set", user_uri)
    now_ms = context.now_ms()

    def write(tx: Tx) -> Age:
        age = store.find(tx, user_uri)
        try:
            check_band_change(age.now(now_ms), band, Authority.SELF)
        except PolicyRefused:
            store.put(tx, replace(age, review_ms=age.review_ms or now_ms))
            watching = [link.guardian_uri for link in guardians.of_ward(tx, user_uri) if not link.pending]
            context.hooks.contacts_changed(tx, watching)
        else:
            change(tx, context.hooks, age, band, now_ms)
        context.hooks.contacts_changed(tx, [user_uri])
        return told(tx, user_uri, now_ms)

    return await context.db.write(write)


def change(tx: Tx, hooks: DeviceHooks, age: StoredAge, band: AgeBand, now_ms: int) -> None:
    """Put a band into force, with all that it means. A day of adulthood that lies ahead stays."""
    if is_minor(band):
        later = age.adult_from_ms if age.adult_from_ms is not None and age.adult_from_ms > now_ms else None
        store.put(tx, StoredAge(age.user_uri, band, later))
        profiles.unlist(tx, age.user_uri)
        end_links(tx, hooks, age.user_uri, as_ward=False)
    else:
        store.put(tx, StoredAge(age.user_uri, band))
        end_links(tx, hooks, age.user_uri, as_ward=True)


def end_links(tx: Tx, hooks: DeviceHooks, user_uri: str, *, as_ward: bool) -> None:
    """Nobody watches over the person any more; or the person over nobody."""
    links = guardians.of_ward(tx, user_uri) if as_ward else guardians.of_guardian(tx, user_uri)
    for link in links:
        guardians.end(tx, link.ward_uri, link.guardian_uri)
        if not as_ward:
            drop_waiting(tx, link.ward_uri)
        hooks.contacts_changed(tx, [link.ward_uri, link.guardian_uri])


def drop_waiting(tx: Tx, ward_uri: str) -> None:
    """Where the last guardian has gone, nobody is left to agree to another."""
    links = guardians.of_ward(tx, ward_uri)
    if all(link.pending for link in links):
        for link in links:
            guardians.end(tx, ward_uri, link.guardian_uri)


def settle_grown(tx: Tx, hooks: DeviceHooks, now_ms: int) -> None:
    """Whose day of adulthood has come: the guardianship is over, and so is what waited for a guardian's word."""
    for age in store.grown(tx, now_ms):
        change(tx, hooks, age, AgeBand.ADULT, now_ms)
        hooks.contacts_changed(tx, [age.user_uri])


# The operator.


def reviews(query: Query, now_ms: int) -> list[Review]:
    found = []
    for age in store.reviews(query):
        account = accounts.find(query, age.user_uri)
        if account is not None and age.review_ms is not None:
            watched = [link for link in guardians.of_ward(query, age.user_uri) if not link.pending]
            found.append(Review(account.handle, age.now(now_ms), age.review_ms, len(watched)))
    return found


def decide(tx: Tx, hooks: DeviceHooks, handle: str, band: AgeBand, now_ms: int) -> None:
    """The operator's word on an age; raises UnknownHandle."""
    age = _named(tx, handle)
    check_band_change(age.now(now_ms), band, Authority.OPERATOR)
    change(tx, hooks, age, band, now_ms)
    hooks.contacts_changed(tx, [age.user_uri])


def refuse(tx: Tx, hooks: DeviceHooks, handle: str) -> None:
    """The operator says no to a review; raises UnknownHandle."""
    age = _named(tx, handle)
    store.put(tx, replace(age, review_ms=None))
    hooks.contacts_changed(tx, [age.user_uri])


def end_guardians(tx: Tx, hooks: DeviceHooks, handle: str) -> None:
    """The operator ends who watches over a person, who stays what they are; raises UnknownHandle."""
    age = _named(tx, handle)
    end_links(tx, hooks, age.user_uri, as_ward=True)


def _named(query: Query, handle: str) -> StoredAge:
    account = accounts.find_handle(query, handle)
    if account is None:
        raise UnknownHandle("no account of this hub has this handle")
    return store.find(query, account.user_uri)


def check_not_minor(query: Query, user_uri: str, now_ms: int) -> None:
    """Raise a NOT_ALLOWED Refusal for a minor."""
    if store.find(query, user_uri).minor(now_ms):
        raise Refusal(
            Code.NOT_ALLOWED, "a minor is in no directory; the person can be asked for by handle all the same"
        )
