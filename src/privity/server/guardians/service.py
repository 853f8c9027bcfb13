# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Guardians: who becomes one, what they say of those who ask for their ward, and when it ends.

A guardian agrees to people and decides when the ward is an adult. They are in no conversation and get no key.
"""

from __future__ import annotations

from dataclasses import replace

from privity.identity.consent import ConsentEntry, Op
from privity.mls.errors import PolicyRefused
from privity.policy.age import Authority, check_band_change, check_guardian, is_minor
from privity.server.accounts.unknown import nobody
from privity.server.ages import service as ages
from privity.server.ages import store as age_store
from privity.server.contacts import entries, knowing
from privity.server.contacts import service as contacts
from privity.server.context import HubContext
from privity.server.db.database import Query, Tx
from privity.server.guardians import store
from privity.server.guardians.model import Link, Word
from privity.server.limits import MAX_GUARDIANS, MAX_WARDS
from privity.server.sessions.model import Session
from privity.wire import contacts as wire
from privity.wire.age import AgeBand
from privity.wire.errors import Code, Refusal


def check_may_guard(query: Query, user_uri: str, now_ms: int) -> None:
    """Raise a NOT_ALLOWED Refusal unless the person can watch over one more minor."""
    try:
        check_guardian(age_store.find(query, user_uri).now(now_ms))
    except PolicyRefused as err:
        raise Refusal(Code.NOT_ALLOWED, f"PolicyRefused: {err}") from None
    if store.of_ward(query, user_uri):
        raise Refusal(Code.NOT_ALLOWED, "whoever has a guardian is none")
    if len(store.of_guardian(query, user_uri)) >= MAX_WARDS:
        raise Refusal(Code.TOO_MANY, f"a person watches over at most {MAX_WARDS} others", limit="guardian.wards")


def take(tx: Tx, context: HubContext, entry: ConsentEntry, value: bytes, now_ms: int) -> bool:
    """The signer takes `entry.other`, whose code they used, as guardian, and is a minor by that.

    Whether it stands at once: where there is a guardian already, that one has to agree.
    """
    ward_uri, guardian_uri = entry.user_uri, entry.other
    check_may_guard(tx, guardian_uri, now_ms)
    links = store.of_ward(tx, ward_uri)
    known = next((link for link in links if link.guardian_uri == guardian_uri), None)
    if known is not None:
        return not known.pending
    if len(links) >= MAX_GUARDIANS:
        raise Refusal(Code.TOO_MANY, f"a person has at most {MAX_GUARDIANS} guardians", limit="guardian.stock")
    age = age_store.find(tx, ward_uri)
    ages.change(tx, context.hooks, age, AgeBand.MINOR, now_ms)
    waits = bool(links)
    store.put(tx, Link(ward_uri, guardian_uri, waits, value, entry.at_ms, now_ms))
    context.hooks.contacts_changed(tx, [link.guardian_uri for link in links])
    return not waits


async def vouch(context: HubContext, session: Session, ward_uri: str, asker_uri: str, entry: bytes) -> None:
    """A guardian agrees: to contact with somebody who asked, or to a further guardian. Again is harmless."""
    context.limits.take("contact.change", session.user_uri)
    now_ms = context.now_ms()
    said = entries.read(session, entry, (Op.VOUCH,), now_ms, other=asker_uri)
    claimed = said.claimed
    if claimed.ward_uri != ward_uri:
        raise Refusal(Code.MALFORMED, "the entry is about another ward than the path")

    def write(tx: Tx) -> None:
        entries.check(tx, said)
        _check_guards(tx, session.user_uri, ward_uri, now_ms)
        earlier = _word(tx, ward_uri, asker_uri, session.user_uri)
        if earlier is not None and earlier.entry == entry:
            return
        if earlier is not None and earlier.entry is None:
            entries.check_newer(claimed, earlier.said_ms)
        if not knowing.asks_for_ward(tx, asker_uri, ward_uri, now_ms):
            raise nobody(tx)
        store.put_word(tx, Word(ward_uri, asker_uri, session.user_uri, entry, claimed.at_ms, now_ms))
        waiting = store.find(tx, ward_uri, asker_uri)
        if waiting is not None and waiting.pending:
            store.put(tx, replace(waiting, pending=False))
            context.hooks.contacts_changed(tx, [asker_uri])
        contacts.connect(tx, context, ward_uri, asker_uri, now_ms)
        _tell(tx, context, ward_uri)

    await context.db.write(write)


async def refuse(context: HubContext, session: Session, ward_uri: str, asker_uri: str) -> None:
    """A guardian says no, also to what they agreed to before: the ward is not shown the request, the asker not told."""
    context.limits.take("contact.change", session.user_uri)
    now_ms = context.now_ms()

    def write(tx: Tx) -> None:
        _check_guards(tx, session.user_uri, ward_uri, now_ms)
        earlier = _word(tx, ward_uri, asker_uri, session.user_uri)
        if earlier is None and not knowing.asks_for_ward(tx, asker_uri, ward_uri, now_ms):
            raise nobody(tx)
        said_ms = 0 if earlier is None else earlier.said_ms
        store.put_word(tx, Word(ward_uri, asker_uri, session.user_uri, None, said_ms, now_ms))
        waiting = store.find(tx, ward_uri, asker_uri)
        if waiting is not None and waiting.pending:
            store.end(tx, ward_uri, asker_uri)
        _tell(tx, context, ward_uri)

    await context.db.write(write)


async def end(context: HubContext, session: Session, ward_uri: str) -> None:
    """A guardian, or one that still waits, steps back. The ward stays a minor. Harmless when there is no link."""
    context.limits.take("contact.change", session.user_uri)

    def write(tx: Tx) -> None:
        if store.find(tx, ward_uri, session.user_uri) is None:
            return
        store.end(tx, ward_uri, session.user_uri)
        ages.drop_waiting(tx, ward_uri)
        context.hooks.contacts_changed(tx, [session.user_uri])
        _tell(tx, context, ward_uri)

    await context.db.write(write)


async def set_age(context: HubContext, session: Session, ward_uri: str, wanted: wire.SetWardAge) -> wire.Age:
    """A guardian says what age the ward is, now or from a day on."""
    context.limits.take("age.set", session.user_uri)
    now_ms = context.now_ms()
    grown = wanted.adult_from_ms is not None and wanted.adult_from_ms <= now_ms
    band = AgeBand.ADULT if grown or not is_minor(wanted.band) else AgeBand.MINOR

    def write(tx: Tx) -> wire.Age:
        _check_guards(tx, session.user_uri, ward_uri, now_ms)
        age = age_store.find(tx, ward_uri)
        check_band_change(age.now(now_ms), band, Authority.GUARDIAN)
        if wanted.adult_from_ms is not None:
            age = replace(age, adult_from_ms=wanted.adult_from_ms)
        _tell(tx, context, ward_uri)
        ages.change(tx, context.hooks, age, band, now_ms)
        return ages.told(tx, ward_uri, now_ms)

    return await context.db.write(write)


def _tell(tx: Tx, context: HubContext, ward_uri: str) -> None:
    """The ward and all who watch over them look again."""
    links = store.of_ward(tx, ward_uri)
    context.hooks.contacts_changed(tx, [ward_uri, *(link.guardian_uri for link in links if not link.pending)])


def _check_guards(query: Query, user_uri: str, ward_uri: str, now_ms: int) -> None:
    if ward_uri not in knowing.wards_of(query, user_uri, now_ms):
        raise nobody(query)


def _word(query: Query, ward_uri: str, other_uri: str, guardian_uri: str) -> Word | None:
    return next((one for one in store.words(query, ward_uri, other_uri) if one.guardian_uri == guardian_uri), None)
