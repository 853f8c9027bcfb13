# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A snapshot is put away: each class under a fresh key, its list beside it, the list's hash in the audit log."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from typing import Final

from privity.desk.audit import log
from privity.desk.audit.acts import Act
from privity.desk.db.transaction import Db, transaction
from privity.desk.evidence import holds
from privity.desk.legal.requests import service as requests
from privity.desk.legal.requests.clocks import Clock
from privity.desk.legal.requests.model import LegalRequest
from privity.desk.legal.rulebook.facts import Facts, Target
from privity.desk.legal.vault import sealing, store
from privity.desk.legal.vault.custody import KEY_BYTES, Custody, Keeper
from privity.desk.legal.vault.errors import HoldOver, SnapshotRefused, WrongState
from privity.desk.legal.vault.model import MAX_NAME, Asked, Hold, Snapshot, State
from privity.desk.legal.vault.ordering import DESK, found, mark_of, range_of
from privity.desk.legal.vault.sealing import Listed, Manifest
from privity.production.classes import Releasable

_NAME: Final = re.compile(r"[a-z0-9_]+(/[A-Za-z0-9_-][A-Za-z0-9._-]*)+")

Found = Sequence[tuple[Target, Snapshot]]
"""What collectors found, target by target."""


def asked_of(db: Db, custody: Custody, number: int, now_ms: int) -> tuple[Asked, ...]:
    """What an ordered hold is to hold, target by target. Raises HoldUnknown, HoldOver or WrongState."""
    hold, _ = _ordered(db, number, now_ms)
    facts = requests.facts_of(db, custody.evidence_key, hold.request)
    since_ms, until_ms = range_of(facts)
    classes = tuple(each.data_class for each in store.classes(db, number) if each.dropped_ms is None)
    return tuple(Asked(hold.request, number, target, classes, since_ms, until_ms) for target in sorted(facts.targets()))


def take(db: Db, custody: Custody, number: int, snapshots: Found, now_ms: int, random: Callable[[int], bytes]) -> Hold:
    """Put away what was found, once; no file at all is a result as well.

    Raises HoldUnknown, HoldOver, WrongState or SnapshotRefused.
    """
    with transaction(db):
        hold, request = _ordered(db, number, now_ms)
        facts = requests.facts_of(db, custody.evidence_key, hold.request)
        classes = [each.data_class for each in store.classes(db, number) if each.dropped_ms is None]
        _check(classes, facts, snapshots)
        lists = [(each, _put_away(db, custody, hold, request, each, snapshots, now_ms, random)) for each in classes]
        evidence = sorted({record for _, snapshot in snapshots for record in snapshot.evidence})
        holds.hold(db, evidence, because(number), None)
        manifest = sealing.whole(lists)
        entry = log.add(
            db,
            at_ms=now_ms,
            who=DESK,
            act=Act.HOLD_TAKEN,
            about=request.about,
            hold=number,
            files=sum(len(snapshot.files) for _, snapshot in snapshots),
            evidence=len(evidence),
            manifest_sha256=manifest.hex(),
        )
        since_ms, until_ms = range_of(facts)
        store.update(
            db,
            number,
            state=State.HELD,
            taken_ms=now_ms,
            taken_entry=entry,
            asked_mark=mark_of(custody, hold.id, facts.targets()),
            asked_since_ms=since_ms,
            asked_until_ms=until_ms,
            manifest_sha256=manifest,
        )
        requests.stop_clock(db, hold.request, Clock.TAKE, now_ms)
    return found(db, number)


def because(number: int) -> str:
    """What holds evidence that the desk has already, as `evidence.holds` names it."""
    return f"hold:{number}"


def class_of(name: str) -> Releasable:
    """The first folder of a file's name. Raises SnapshotRefused."""
    try:
        return Releasable(name.partition("/")[0])
    except ValueError:
        raise SnapshotRefused("the first folder of a file names a class of data that can be released") from None


def _ordered(db: Db, number: int, now_ms: int) -> tuple[Hold, LegalRequest]:
    hold = found(db, number)
    if hold.over(now_ms):
        raise HoldOver(f"hold {number} is over; nothing is taken for it any more")
    if hold.state is not State.ORDERED:
        raise WrongState(f"hold {number} is {hold.state}; its snapshot was taken")
    request = requests.of(db, hold.request)
    if request.on_hold:
        raise WrongState(f"request {request.number} is on hold: whoever asks is not in force")
    return hold, request


def _check(classes: Sequence[Releasable], facts: Facts, snapshots: Found) -> None:
    targets = sorted(target for target, _ in snapshots)
    if targets != sorted(facts.targets()):
        raise SnapshotRefused(f"expected a snapshot of each of {len(facts.targets())} targets, got {len(targets)}")
    for _, snapshot in snapshots:
        for name in snapshot.files:
            if len(name) > MAX_NAME or not _NAME.fullmatch(name):
                raise SnapshotRefused(
                    f"expected a name such as subscriber/0001.json, got one of {len(name)} characters"
                )
            if class_of(name) not in classes:
                raise SnapshotRefused(f"a file of class {class_of(name)} was not ordered")


def _put_away(
    db: Db,
    custody: Custody,
    hold: Hold,
    request: LegalRequest,
    data_class: Releasable,
    snapshots: Found,
    now_ms: int,
    random: Callable[[int], bytes],
) -> bytes:
    """One class; returns the hash of its list."""
    key, where = random(KEY_BYTES), sealing.place(hold.id, data_class)
    store.add_keys(db, hold.number, data_class, custody.holder(Keeper(hold.custody)).wrap(where, key, random))
    listed = []
    for target, snapshot in snapshots:
        mark = mark_of(custody, hold.id, (target,))
        for name, content in sorted(snapshot.files.items()):
            if class_of(name) is data_class:
                pieces = sealing.seal(key, where, mark, name, content, random)
                store.add_file(db, hold.number, data_class, mark, name, len(content), pieces)
                listed.append(Listed(name, mark, len(content), hashlib.sha256(content).digest()))
    manifest = Manifest(
        hold=hold.id,
        data_class=data_class,
        request_sha256=request.request_sha256,
        taken_ms=now_ms,
        salt=random(32),
        files=tuple(listed),
    ).encode()
    sha256 = hashlib.sha256(manifest).digest()
    store.keep_manifest(db, hold.number, data_class, sealing.seal_list(key, where, manifest, random), sha256)
    return sha256
