# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What people and exchanges do with lists. Each act is one transaction, and an entry of the audit log in it.

The log says which list and how many, never what stands in it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from privity.desk.audit import log as audit
from privity.desk.audit.acts import Act
from privity.desk.db.transaction import Db, transaction
from privity.desk.matching.errors import ListBusy, ListExists, ListNameRefused, ListNotPaused, ListUnknown
from privity.desk.matching.lists import agreement_store, store
from privity.desk.matching.lists.model import Category, Changed, Entry, HashKind, HashList, Incoming, incoming
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right

PURGE_MS: Final = 30 * 86_400_000
"""Entries that were taken out are gone after so long: until then an index that was away learns that they are."""
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}\Z")
_DESK: Final = "desk"


def add(
    db: Db,
    acting: Acting,
    name: str,
    source: str,
    category: Category,
    settings: Mapping[str, str],
    *,
    trusted: bool,
    now_ms: int,
) -> HashList:
    """Raises NotYourRole, ListNameRefused or ListExists."""
    acting.must(Right.MANAGE_LISTS)
    if not _NAME.match(name) or name.startswith("removed-"):
        raise ListNameRefused(f"a name is 1 to 60 letters, digits, dots, dashes or underscores, got {len(name)}")
    with transaction(db):
        if store.find(db, name) is not None:
            raise ListExists(f"there is a list {name} already")
        said = msgspec.json.encode(dict(sorted(settings.items())))
        number = store.add_list(db, name, source, category, said, trusted, acting.who, now_ms)
        _log(db, Act.LIST_ADDED, acting.who, number, now_ms, source=source, category=category.value, trusted=trusted)
    return named(db, name)


def named(db: Db, name: str) -> HashList:
    """The list of this name, unless it was removed. Raises ListUnknown."""
    found = store.find(db, name)
    if found is None or found.removed_ms is not None:
        raise ListUnknown(f"there is no list {name}")
    return found


def numbered(db: Db, number: int) -> HashList:
    """The list of this number, also one that was removed. Raises ListUnknown."""
    found = store.by_number(db, number)
    if found is None:
        raise ListUnknown(f"there is no list {number}")
    return found


def lists(db: Db) -> tuple[HashList, ...]:
    return store.all_lists(db)


def counts(db: Db, number: int) -> dict[HashKind, int]:
    """How many entries of each kind are in a list."""
    return store.count(db, number)


def publish(
    db: Db, who: str, number: int, now_ms: int, *, replace: bool = False, sources: Sequence[str] = ()
) -> Changed:
    """Make what is staged the next version of a list; see `store.publish`. The caller holds the lease."""
    with transaction(db):
        changed = store.publish(db, number, replace=replace, sources=sources, now_ms=now_ms)
        if changed.added or changed.removed or changed.anew:
            _log(
                db,
                Act.LIST_CHANGED,
                who,
                number,
                now_ms,
                version=changed.version,
                added=changed.added,
                removed=changed.removed,
                anew=changed.anew,
            )
        return changed


def put(db: Db, who: str, number: int, entries: Sequence[Incoming], sources: Sequence[str], now_ms: int) -> Changed:
    """Entries come, and whatever else came from the same sources goes. The caller holds the lease."""
    with transaction(db):
        store.unstage(db, number)
        store.stage(db, number, entries)
        return publish(db, who, number, now_ms, sources=sources)


def pause(db: Db, who: str, number: int, why: str, now_ms: int) -> None:
    """Nothing follows from its matches until a person resumes it. A paused list stays as it is."""
    with transaction(db):
        if numbered(db, number).paused_ms is not None:
            return
        store.set_paused(db, number, now_ms, why)
        _log(db, Act.LIST_PAUSED, who, number, now_ms, why=why)


def resume(db: Db, acting: Acting, name: str, now_ms: int) -> None:
    """Raises NotYourRole, ListUnknown or ListNotPaused."""
    acting.must(Right.MANAGE_LISTS)
    with transaction(db):
        found = named(db, name)
        if found.paused_ms is None:
            raise ListNotPaused(f"list {name} is not paused")
        store.set_paused(db, found.number, None, None)
        _log(db, Act.LIST_RESUMED, acting.who, found.number, now_ms)


def remove(db: Db, acting: Acting, name: str, now_ms: int) -> int:
    """All entries go, and its name is free again; how many went. Raises NotYourRole, ListUnknown or ListBusy."""
    acting.must(Right.MANAGE_LISTS)
    with transaction(db):
        found = named(db, name)
        if not store.take_lease(db, found.number, acting.who, now_ms, now_ms):
            raise ListBusy(f"somebody changes list {name} now; it is removed when they are done")
        store.end_lease(db, found.number, acting.who)
        store.unstage(db, found.number)
        removed = store.remove_entries(db, found.number, now_ms)
        agreement_store.end_all(db, found.number, acting.who, "the list was removed", now_ms)
        store.set_removed(db, found.number, now_ms)
        _log(db, Act.LIST_REMOVED, acting.who, found.number, now_ms, removed=removed)
    return removed


def alarm(db: Db, now_ms: int) -> tuple[HashList, ...]:
    """The lists whose exchanges were not asked for too long; each is written into the log once until it was."""
    found = tuple(one for one in store.all_lists(db) if one.stale(now_ms))
    for one in found:
        if one.alarmed_ms is None:
            with transaction(db):
                store.set_alarmed(db, one.number, now_ms)
                _log(db, Act.LIST_STALE, _DESK, one.number, now_ms, fetched_ms=one.fetched_ms or 0)
    return found


def exactly(db: Db, kind: HashKind, value: bytes, now_ms: int) -> tuple[Entry, ...]:
    """The entries with this hash, in whatever list."""
    return store.with_value(db, kind, value, now_ms)


def search(db: Db, acting: Acting, number: int, kind: str, value: str, now_ms: int) -> tuple[Entry, ...]:
    """The entries of one list with exactly this hash, as digits. The log says that somebody asked, and not for what.

    Raises NotYourRole, ListUnknown, KindUnknown or HashMalformed.
    """
    acting.must(Right.MANAGE_LISTS)
    asked = incoming(kind, value)
    with transaction(db):
        if numbered(db, number).removed_ms is not None:
            raise ListUnknown(f"there is no list {number}")
        found = tuple(one for one in exactly(db, asked.kind, asked.value, now_ms) if one.list == number)
        _log(db, Act.LIST_SEARCHED, acting.who, number, now_ms, kind=asked.kind.value, found=len(found))
    return found


def feedback(db: Db, number: int) -> tuple[int, int]:
    """How many entries of a list people found right more often than wrong, and the other way round."""
    return store.feedback(db, number)


def entries(db: Db, numbers: Sequence[int], now_ms: int) -> tuple[Entry, ...]:
    """Those of these entries that are in a list now and not over."""
    return store.entries(db, numbers, now_ms)


def forget(db: Db, now_ms: int, most: int) -> int:
    """So many entries that were taken out long ago are gone for good; how many it was. `now_ms` is believed."""
    return store.purge(db, now_ms - PURGE_MS, most)


def vote(db: Db, entry: int, up: bool, who: str, now_ms: int) -> None:
    """Somebody of the staff says that an entry is right, or wrong. The caller owns the transaction and the log."""
    store.add_vote(db, entry, up, who, now_ms)


def _log(db: Db, act: Act, who: str, number: int, now_ms: int, **said: str | int) -> None:
    audit.add(db, at_ms=now_ms, who=who, act=act, about=f"list:{number}", **said)
