# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""One file of a hold, for a case that may read it and a purpose that is logged first. Nothing reads more than one.

What the case does not hold is refused before any key is looked at, and the refusal is logged as well.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from typing import Final

from privity.desk.audit import log
from privity.desk.audit.acts import Act
from privity.desk.audit.entry import Entry
from privity.desk.db.transaction import Db
from privity.desk.evidence.records import check_text
from privity.desk.legal.errors import LegalError
from privity.desk.legal.requests.model import about
from privity.desk.legal.rulebook.facts import Target
from privity.desk.legal.vault import authority, ordering, sealing, store
from privity.desk.legal.vault.custody import Custody, Keeper
from privity.desk.legal.vault.errors import (
    FileUnknown,
    HoldDamaged,
    HoldOver,
    NoAuthority,
    SharesWrong,
    SnapshotRefused,
    WrongState,
)
from privity.desk.legal.vault.model import HeldFile, Hold, State
from privity.desk.legal.vault.ordering import DESK, mark_of
from privity.desk.legal.vault.shares import OFFICERS, Shares
from privity.desk.legal.vault.taking import class_of
from privity.desk.limits import MAX_REASON_CHARS
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right
from privity.production.classes import Releasable

FOR_THE_CASE: Final = "collecting for the case"


def read(
    db: Db,
    custody: Custody,
    acting: Acting,
    request: int,
    hold: int,
    target: Target,
    name: str,
    *,
    purpose: str,
    now_ms: int,
    shares: Shares | None = None,
) -> bytes:
    """A file, for somebody who judges. `shares`: what two officers handed in, where they keep the key; it uses them up.

    Not inside a transaction: the entry must be on the disk before anything is opened.
    Raises NoAuthority, AuthorityExpired, OutsideScope, HoldOver, FileUnknown, SharesWrong, HoldDamaged, ReasonMissing.
    """
    acting.must(Right.JUDGE_LEGAL)
    check_text("purpose", purpose, MAX_REASON_CHARS)
    content = _read(db, custody, acting.who, request, hold, target, name, purpose, now_ms, shares)
    if shares is not None:
        shares.forget(hold, class_of(name))
    return content


def read_for_case(
    db: Db,
    custody: Custody,
    request: int,
    hold: int,
    target: Target,
    name: str,
    now_ms: int,
    shares: Shares | None = None,
) -> bytes:
    """The same for the desk itself, where it collects for a request in place of what is not there any more.

    It uses no shares up: it reads what the request may have of a class, and with its next move they count no more.
    """
    return _read(db, custody, DESK, request, hold, target, name, FOR_THE_CASE, now_ms, shares)


def names(db: Db, custody: Custody, request: int, hold: int, target: Target, now_ms: int) -> tuple[str, ...]:
    """The files of one target that the case may read. Raises NoAuthority, AuthorityExpired or HoldOver."""
    token = authority.token(db, request, now_ms)
    found = released(db, request, hold, now_ms)
    classes = {line.data_class for line in token.lines if line.target == target}
    mark = mark_of(custody, found.id, (target,))
    return tuple(file.name for file in store.files(db, hold) if file.target_mark == mark and file.data_class in classes)


def _read(
    db: Db,
    custody: Custody,
    who: str,
    request: int,
    hold: int,
    target: Target,
    name: str,
    purpose: str,
    now_ms: int,
    shares: Shares | None,
) -> bytes:
    try:
        found, file = _permitted(db, custody, request, hold, target, name, now_ms)
        given = _given(db, shares, request, found, file.data_class, now_ms)
    except LegalError as err:
        refused(db, who, request, hold, err, now_ms)
        raise
    log.add(
        db,
        at_ms=now_ms,
        who=who,
        act=Act.HOLD_READ,
        about=about(request),
        hold=hold,
        file=file.number,
        data_class=file.data_class.value,
        purpose=purpose,
    )
    return _opened(db, custody, found, file, given)


def _permitted(
    db: Db, custody: Custody, request: int, hold: int, target: Target, name: str, now_ms: int
) -> tuple[Hold, HeldFile]:
    token = authority.token(db, request, now_ms)
    try:
        data_class = class_of(name)
    except SnapshotRefused:
        raise FileUnknown(f"hold {hold} has no file of such a name") from None
    token.must_hold(data_class, target)
    found = released(db, request, hold, now_ms)
    file = store.find_file(db, hold, mark_of(custody, found.id, (target,)), name)
    if file is None:
        raise FileUnknown(f"hold {hold} has no such file of this target")
    token.must_hold(file.data_class, target)
    return found, file


def _given(
    db: Db, shares: Shares | None, request: int, hold: Hold, data_class: Releasable, now_ms: int
) -> tuple[bytes, ...]:
    """What two officers have handed in, where they keep the key. Raises SharesWrong."""
    if hold.custody != Keeper.TWO_OFFICERS:
        return ()
    given = () if shares is None else shares.of(hold.number, data_class, authority.leave(db, request), now_ms)
    if len(given) != len(OFFICERS):
        raise SharesWrong(
            f"the key of {data_class} in hold {hold.number} takes the shares of two officers, here {len(given)} of them"
        )
    return given


def released(db: Db, request: int, number: int, now_ms: int) -> Hold:
    """The hold, if this request may read it. Raises HoldOver, WrongState or NoAuthority."""
    hold = ordering.found(db, number)
    if not hold.live:
        raise HoldOver(f"hold {number} has ended")
    if hold.state is not State.RELEASED_TO_CASE:
        raise WrongState(f"hold {number} is {hold.state}; it is read once it was released to a case")
    if hold.released_to != request:
        raise NoAuthority(f"hold {number} was released to another request than {request}")
    if hold.over(now_ms) and not authority.waits(db, hold, now_ms):
        raise HoldOver(f"the time of hold {number} is over")
    return hold


def _opened(db: Db, custody: Custody, hold: Hold, file: HeldFile, shares: Sequence[bytes]) -> bytes:
    """The one place where a key of a hold is opened. Raises SharesWrong or HoldDamaged."""
    where = sealing.place(hold.id, file.data_class)
    lists = {each.data_class: each for each in store.classes(db, hold.number)}
    _must_be_what_was_taken(db, hold, [(each, one.manifest_sha256) for each, one in lists.items()])
    listed = lists[file.data_class]
    if listed.manifest is None or listed.manifest_nonce is None or listed.manifest_sha256 is None:
        raise HoldDamaged(f"hold {hold.number} has no list of its files of class {file.data_class}")
    key = custody.holder(Keeper(hold.custody)).unwrap(where, store.keys(db, hold.number, file.data_class), shares)
    piece = sealing.Piece(listed.manifest_nonce, listed.manifest)
    manifest = sealing.unseal_list(key, where, piece, listed.manifest_sha256)
    content = sealing.unseal(key, where, file.target_mark, file.name, store.pieces_of(db, file.number))
    for each in manifest.files:
        if (each.name, each.target_mark) == (file.name, file.target_mark):
            if each.size == len(content) and hmac.compare_digest(each.sha256, hashlib.sha256(content).digest()):
                return content
            break
    raise HoldDamaged(f"file {file.number} of hold {hold.number} is not the one that was taken")


def _must_be_what_was_taken(db: Db, hold: Hold, lists: Sequence[tuple[Releasable, bytes | None]]) -> None:
    """The lists are those whose hash the audit log has had since the snapshot."""
    if hold.taken_entry is None or hold.manifest_sha256 is None:
        raise HoldDamaged(f"hold {hold.number} says nothing of when it was taken")
    entry = Entry.decode(next(iter(log.entries(db, hold.taken_entry, hold.taken_entry + 1)), b""))
    whole = sealing.whole([(each, sha256) for each, sha256 in lists if sha256 is not None])
    said = (entry.act, entry.said.get("hold"), entry.said.get("manifest_sha256"))
    if said != (Act.HOLD_TAKEN, hold.number, hold.manifest_sha256.hex()) or whole != hold.manifest_sha256:
        raise HoldDamaged(f"the lists of hold {hold.number} are not those that the audit log names")


def refused(db: Db, who: str, request: int, hold: int, err: LegalError, now_ms: int) -> None:
    """Nothing was read, and the log says who was refused, and why."""
    log.add(db, at_ms=now_ms, who=who, act=Act.HOLD_REFUSED, about=about(request), hold=hold, why=type(err).__name__)
