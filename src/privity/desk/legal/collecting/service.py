# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Collections of legal requests: who may have one, how it is kept, and what it says. The desk itself collects."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from privity.desk.audit import log as audit
from privity.desk.audit.acts import Act
from privity.desk.db.transaction import Db, IntegrityError, transaction
from privity.desk.legal.collecting import capabilities, running, store, turning
from privity.desk.legal.collecting.errors import (
    CollectionGone,
    ManifestUnseen,
    NoCaseToken,
    NotCollected,
    OvertakenMeanwhile,
    SnapshotDamaged,
)
from privity.desk.legal.collecting.model import Collection, Line, Snapshot
from privity.desk.legal.collecting.store import Row
from privity.desk.legal.collecting.taking import Order
from privity.desk.legal.requests import service as requests
from privity.desk.legal.requests.errors import AuthorityExpired, NotJudged, OnHold
from privity.desk.legal.requests.model import ScopeLine, State, about
from privity.desk.legal.rulebook.facts import Target
from privity.identity.pseudonyms import KEY_BYTES

DESK: Final = "desk"


@dataclass(frozen=True, slots=True)
class CaseToken:
    """That a request is scoped, its decision in force and whoever asks active; and what is collected by it."""

    request: int
    decision: int
    order: Order
    holds: tuple[int, ...]
    """What was kept apart and may be read for it: with another, the collection is another."""


def token(db: Db, number: int, now_ms: int, random: Callable[[int], bytes]) -> CaseToken:
    """Raises NoCaseToken unless this may be collected now. One key of pseudonyms for each collection."""
    request = requests.of(db, number)
    if request.state is not State.SCOPED:
        raise NoCaseToken(f"request {number} is {request.state}; data are collected for one that is scoped")
    try:
        authority = requests.must_hold(db, number, now_ms)
    except (AuthorityExpired, NotJudged, OnHold) as err:
        raise NoCaseToken(f"nothing is collected for request {number}: {err}") from None
    try:
        running.must_be_seen(db)
    except ManifestUnseen as err:
        raise NoCaseToken(f"nothing is collected for request {number}: {err}") from None
    lines = requests.scope_of(db, number)
    if not lines:
        raise NoCaseToken(f"the decision on request {number} has nothing to collect")
    naming = requests.naming_of(db, number)
    if naming is not None and naming.confirmed_by is None:
        raise NoCaseToken(f"that request {number} names others waits for a second person")
    named = frozenset() if naming is None else naming.classes
    order = Order(about(number), request.request_sha256.hex(), tuple(map(line_of, lines)), named, random(KEY_BYTES))
    return CaseToken(number, authority.decision, order, store.holds(db, number))


def must_still(db: Db, token: CaseToken, now_ms: int) -> None:
    """Raise OvertakenMeanwhile unless the token would be given now as it was."""
    request = requests.of(db, token.request)
    if request.state is not State.SCOPED or request.decision != token.decision:
        raise OvertakenMeanwhile(
            f"request {token.request} is {request.state} by another decision or not scoped any more"
        )
    try:
        requests.must_hold(db, token.request, now_ms)
    except (AuthorityExpired, OnHold) as err:
        raise OvertakenMeanwhile(f"nothing more is collected for request {token.request}: {err}") from None
    if store.holds(db, token.request) != token.holds:
        raise OvertakenMeanwhile(f"what was kept apart for request {token.request} is released or taken away since")


def line_of(scope: ScopeLine) -> Line:
    return Line(scope.data_class, scope.target.kind, scope.target.value, scope.since_ms, scope.until_ms)


def waiting(db: Db, now_ms: int) -> tuple[int, ...]:
    """The requests that are scoped and may be collected, the oldest first."""
    found = []
    for request in requests.in_states(db, (State.SCOPED,)):
        try:
            requests.must_hold(db, request.number, now_ms)
        except (AuthorityExpired, NotJudged, OnHold):
            continue
        naming = requests.naming_of(db, request.number)
        if naming is None or naming.confirmed_by is not None:
            found.append(request.number)
    return tuple(found)


def record(
    db: Db, evidence_key: bytes, token: CaseToken, snapshot: Snapshot, now_ms: int, random: Callable[[int], bytes]
) -> int:
    """Keep what was taken, sealed, and move the request on: all of it, or nothing. Returns the collection's number.

    Raises OvertakenMeanwhile where the request is another than when the token was given.
    """
    must_still(db, token, now_ms)
    counts = turning.counts(snapshot)
    classes = sorted({line.data_class.value for line in token.order.lines})
    targets = len({(line.kind, line.value) for line in token.order.lines})
    digest = snapshot.digest()
    with transaction(db):
        entry = audit.add(
            db,
            at_ms=now_ms,
            who=DESK,
            act=Act.LEGAL_COLLECTED,
            about=token.order.about,
            decision=token.decision,
            classes=[*classes],
            targets=targets,
            rows=counts.rows,
            withheld=counts.withheld,
            capped=counts.capped,
            named=sorted(each.value for each in token.order.named),
            snapshot_sha256=digest.hex(),
            capabilities_sha256=capabilities.sha256(),
        )
        row = Row(0, token.request, token.decision, now_ms, digest, capabilities.sha256(), counts, entry, None)
        try:
            number = store.add(db, evidence_key, random, row, snapshot)
        except IntegrityError as err:
            raise OvertakenMeanwhile(f"request {token.request} is another than before: {err}") from None
        for older in store.standing(db, token.request, number):
            store.shred(db, older, now_ms)
        requests.move(
            db,
            token.request,
            State.COLLECTED,
            DESK,
            now_ms,
            classes=[*classes],
            rows=counts.rows,
            withheld=counts.withheld,
        )
    return number


def refuse(db: Db, number: int, why: str, now_ms: int) -> None:
    """Write down that nothing was collected: the hub did not answer what it was asked. `why` is an error's name."""
    audit.add(db, at_ms=now_ms, who=DESK, act=Act.LEGAL_NOT_COLLECTED, about=about(number), why=why)


def collected(db: Db, evidence_key: bytes, number: int) -> Collection:
    """What was collected by the decision that counts. Raises NotCollected, CollectionGone or SnapshotDamaged."""
    row = _row(db, number)
    found = turning.turn(number, row.collected_ms, _snapshot(db, evidence_key, row), capabilities.shipped())
    naming = requests.naming_of(db, number)
    if found.named != (frozenset() if naming is None else naming.classes):
        raise SnapshotDamaged(f"collection {row.number} names others elsewhere than the decision says")
    return found


def mark_of(db: Db, number: int) -> tuple[int, str]:
    """Which collection counts, and the digest of its snapshot; nothing of it is opened.

    Raises NotCollected or CollectionGone.
    """
    row = _row(db, number)
    return row.number, row.snapshot_sha256.hex()


def snapshot_of(db: Db, evidence_key: bytes, number: int) -> Snapshot:
    """The snapshot behind it. Raises what `collected` raises."""
    return _snapshot(db, evidence_key, _row(db, number))


def resolved(db: Db, evidence_key: bytes, number: int) -> tuple[tuple[Target, str], ...]:
    """Each target of the scope with the account that it stands for here; a target that is nobody's is not in it."""
    found = turning.resolved(snapshot_of(db, evidence_key, number))
    return tuple(dict.fromkeys((Target(line.kind, line.value), account) for line, account in found))


def accounts(db: Db, evidence_key: bytes, number: int) -> tuple[str, ...]:
    """The accounts that the targets of the scope stand for."""
    return tuple(dict.fromkeys(account for _, account in resolved(db, evidence_key, number)))


def purge(db: Db, number: int, now_ms: int) -> None:
    """Shred everything that was collected for a request; its digests stay. In the transaction that purges it."""
    with transaction(db):
        for collection in store.standing(db, number):
            store.shred(db, collection, now_ms)


def _row(db: Db, number: int) -> Row:
    request = requests.of(db, number)
    row = None if request.decision is None else store.newest(db, number, request.decision)
    if row is None:
        raise NotCollected(f"nothing was collected for request {number} by the decision that counts")
    if row.gone_ms is not None:
        raise CollectionGone(f"what was collected for request {number} was shredded")
    return row


def _snapshot(db: Db, evidence_key: bytes, row: Row) -> Snapshot:
    found = store.snapshot(db, evidence_key, row.number)
    if found.digest() != row.snapshot_sha256:
        raise SnapshotDamaged(f"the files of collection {row.number} are not those that were written down")
    return found
