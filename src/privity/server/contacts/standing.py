# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""How two people stand to each other, out of what the hub holds: the facts that the rules (`policy.contact`) decide on.

Asked anew each time, so that somebody who becomes a minor, or loses a guardian, is protected from that moment on.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import cache

from privity.mls.errors import PolicyRefused
from privity.policy import contact as policy
from privity.policy.contact import Audience, Standing
from privity.server.ages import store as ages
from privity.server.ages.model import StoredAge
from privity.server.blocks import store as blocks
from privity.server.blocks.model import Block
from privity.server.contacts import store
from privity.server.contacts.model import ASK_KEPT_MS, Ask, How, Who
from privity.server.db.database import Query
from privity.server.guardians import store as guardians
from privity.server.guardians.model import Link
from privity.server.limits import MAX_SHOWN
from privity.server.profiles import store as profiles


def is_minor(query: Query, user_uri: str, now_ms: int) -> bool:
    return ages.find(query, user_uri).minor(now_ms)


def guardians_of(query: Query, ward_uri: str, now_ms: int) -> list[Link]:
    """Whoever watches over a person now: over minors only, and adults only."""
    links = [link for link in guardians.of_ward(query, ward_uri) if not link.pending]
    if not links or not is_minor(query, ward_uri, now_ms):
        return []
    return [link for link in links if not is_minor(query, link.guardian_uri, now_ms)]


def vouches(query: Query, ward_uri: str, other_uri: str, now_ms: int) -> list[bytes]:
    """The entries of guardians, who still are, that agree to the other."""
    words = [word for word in guardians.words(query, ward_uri, other_uri) if word.entry is not None]
    current = {link.guardian_uri for link in guardians_of(query, ward_uri, now_ms)} if words else set()
    return [word.entry for word in words if word.guardian_uri in current and word.entry is not None]


def standing(
    query: Query, self_uri: str, other_uri: str, now_ms: int, own: Collection[How] = (), theirs: Collection[How] = ()
) -> Standing:
    """How `self` stands to the other, of whom each did this."""
    minor = is_minor(query, self_uri, now_ms)
    vouched = minor and bool(vouches(query, self_uri, other_uri, now_ms))
    return replace(_unvouched(own, theirs, minor=minor), vouched=vouched)


def _unvouched(own: Collection[How], theirs: Collection[How], *, minor: bool) -> Standing:
    """The same of somebody for whom no guardian said anything."""
    return Standing(
        minor=minor,
        asked=How.ASKED in own,
        granted=How.GRANTED in own,
        met=any(how in own and how in theirs for how in (How.MET, How.BEFORE)),
        wanted=bool(theirs),
    )


def check_both(
    query: Query, one: str, other: str, now_ms: int, of_one: Collection[How], of_other: Collection[How]
) -> None:
    """Raise PolicyRefused unless what each did makes the two contacts."""
    for self_uri, other_uri, own, theirs in ((one, other, of_one, of_other), (other, one, of_other, of_one)):
        try:
            policy.check_contact(_unvouched(own, theirs, minor=True))
        except PolicyRefused:  # enough for a minor is enough for all: most need no look
            policy.check_contact(standing(query, self_uri, other_uri, now_ms, own, theirs))


def are_contacts(query: Query, one: str, other: str, now_ms: int) -> bool:
    return bool(which_are_contacts(query, [(one, other)], now_ms))


def which_are_contacts(query: Query, pairs: Sequence[tuple[str, str]], now_ms: int) -> set[tuple[str, str]]:
    """Of many pairs at once those who are contacts. Only for minors it may take a further look."""
    hows, ages = store.hows_and_ages(query, pairs)
    return {
        pair
        for pair, sides in zip(pairs, hows, strict=True)
        if _are_contacts(query, pair, now_ms, frozenset(sides[0]), frozenset(sides[1]), ages)
    }


def _are_contacts(
    query: Query,
    pair: tuple[str, str],
    now_ms: int,
    of_one: frozenset[How],
    of_other: frozenset[How],
    ages: Mapping[str, StoredAge],
) -> bool:
    if not of_one or not of_other:
        return False
    one_minor, other_minor = (_counts_as_minor(ages.get(uri), now_ms) for uri in pair)
    if _suffices(of_one, of_other, one_minor) and _suffices(of_other, of_one, other_minor):
        return True
    if not one_minor and not other_minor:
        return False
    try:
        check_both(query, *pair, now_ms, of_one, of_other)
    except PolicyRefused:
        return False
    return True


def _counts_as_minor(age: StoredAge | None, now_ms: int) -> bool:
    """Who has said nothing does."""
    return age is None or age.minor(now_ms)


@cache
def _suffices(own: frozenset[How], theirs: frozenset[How], minor: bool) -> bool:
    """Whether what both did is enough for the one without the word of a guardian: what there is to say can be said in
    a few hundred ways."""
    try:
        policy.check_contact(_unvouched(own, theirs, minor=minor))
    except PolicyRefused:
        return False
    return True


def contacts_of(query: Query, user_uri: str, now_ms: int) -> list[str]:
    return [other for other in store.others(query, user_uri) if are_contacts(query, user_uri, other, now_ms)]


def is_blocked(query: Query, user_uri: str, by_uri: str) -> bool:
    return blocks.exists(query, Block(by_uri, user_uri)) > 0


def are_apart(query: Query, one: str, other: str) -> bool:
    """Whether one of the two blocked the other."""
    return is_blocked(query, one, other) or is_blocked(query, other, one)


def share_room(query: Query, one: str, other: str, *, direct: bool = False) -> bool:
    """Whether both are in one group; with `direct`, in any conversation."""
    row = query.one(
        "SELECT 1 FROM participation a JOIN participation b ON b.room_id = a.room_id JOIN room r ON r.id = a.room_id"
        " WHERE a.user_uri = ? AND a.until_ms IS NULL AND b.user_uri = ? AND b.until_ms IS NULL"
        " AND (? = 1 OR r.direct_pair IS NULL) LIMIT 1",
        (one, other, direct),
    )
    return row is not None


def names_of(query: Query, user_uri: str) -> tuple[str, str]:
    """Under which a person can be asked for."""
    card = profiles.card(query, user_uri)
    return user_uri, user_uri if card is None else card.handle


def audience(query: Query, asker_uri: str, user_uri: str, now_ms: int) -> Audience:
    """Who is shown that the asker would like contact with the user, as things stand now."""
    return policy.audience(
        standing(query, user_uri, asker_uri, now_ms),
        blocked=are_apart(query, asker_uri, user_uri),
        listed=profiles.is_listed(query, user_uri),
        share_room=share_room(query, asker_uri, user_uri),
        guarded=bool(guardians_of(query, user_uri, now_ms)),
    )


def said_no(query: Query, user_uri: str, to_uri: str, now_ms: int) -> bool:
    """Whether the person refused the other a short while ago, and is left in peace."""
    no = store.no(query, user_uri, to_uri)
    return no is not None and no[1] > now_ms - ASK_KEPT_MS


def asks_shown(query: Query, user_uri: str, now_ms: int, to: Audience) -> list[Ask]:
    """Who asks for the person, each once, as far as these are shown it: the longest waiting, as many as are shown."""
    if is_minor(query, user_uri, now_ms):
        who = Who.VOUCHED if to is Audience.PERSON else Who.ANYBODY
    else:
        who = Who.ANYBODY if profiles.is_listed(query, user_uri) else Who.IN_A_GROUP
    _, handle = names_of(query, user_uri)
    # Under handle and address each may stand once, and what a guardian has answered is no longer shown to them.
    waiting = store.asks_for(query, user_uri, handle, now_ms - ASK_KEPT_MS, who, 4 * MAX_SHOWN)
    found: dict[str, Ask] = {}
    for ask in waiting:
        if ask.user_uri not in found and audience(query, ask.user_uri, user_uri, now_ms) is to:
            found[ask.user_uri] = ask
    return list(found.values())


def ask_shown(query: Query, asker_uri: str, user_uri: str, now_ms: int, to: Audience) -> Ask | None:
    """The request of one person, if it is shown to these."""
    if audience(query, asker_uri, user_uri, now_ms) is not to or said_no(query, user_uri, asker_uri, now_ms):
        return None
    found = store.asks_between(query, asker_uri, names_of(query, user_uri), now_ms - ASK_KEPT_MS)
    return found[0] if found else None


def may_find(query: Query, caller_uri: str, user_uri: str, now_ms: int) -> bool:
    """Whether the caller may know that this account is there: the same for whoever looks, asks or invites."""
    if caller_uri == user_uri or share_room(query, caller_uri, user_uri, direct=True):
        return True
    if are_apart(query, caller_uri, user_uri):
        return False
    listed = profiles.is_listed(query, user_uri) and not is_minor(query, user_uri, now_ms)
    return listed or are_contacts(query, caller_uri, user_uri, now_ms)
