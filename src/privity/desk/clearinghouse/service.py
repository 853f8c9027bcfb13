# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What staff do with referrals: draft, look, approve as another person, withdraw, let go on. Each act is audited."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import Final

import msgspec

from privity.desk.audit import log as audit
from privity.desk.audit.acts import Act
from privity.desk.cases import service as cases
from privity.desk.cases.model import OWN
from privity.desk.clearinghouse import chain, copies, machine, store
from privity.desk.clearinghouse.contents import SealedContents
from privity.desk.clearinghouse.copies import KeptCopy
from privity.desk.clearinghouse.documents.statement import StatementOfReasons
from privity.desk.clearinghouse.documents.statement import check as check_statement
from privity.desk.clearinghouse.drafting import Desk, draft, say
from privity.desk.clearinghouse.drivers.statements import BATCH
from privity.desk.clearinghouse.drivers.steps import Composed, Material
from privity.desk.clearinghouse.errors import (
    BadDocument,
    NothingToRefer,
    NotInThatState,
    OwnDraft,
    StatedAlready,
    TooThin,
)
from privity.desk.clearinghouse.freezing import Asked, freeze
from privity.desk.clearinghouse.model import (
    ENDED,
    Abandoned,
    Call,
    Destination,
    Draft,
    Item,
    ItemState,
    Referral,
    ReferralState,
    SealedKind,
)
from privity.desk.clearinghouse.preserving import unhold
from privity.desk.clearinghouse.snapshot import FileFacts, Snapshot
from privity.desk.clearinghouse.viewed import chain_said
from privity.desk.db.transaction import Db, transaction
from privity.desk.evidence.records import check_text
from privity.desk.limits import MAX_REASON_CHARS
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right

STATEMENTS_KIND: Final = "statement of reasons"
_BATCH: Final = "batch"


@dataclass(frozen=True, slots=True)
class Preview:
    """What would be approved, without its content."""

    referral: Referral
    missing: tuple[str, ...]
    problem: str
    """Why no document can be made of it; empty where one can."""
    size: int
    sha256: str
    without_account: tuple[int, ...]
    """Cases of which the hub had no account when they were drafted."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A referral with its history, without content."""

    referral: Referral
    drafts: tuple[Draft, ...]
    items: tuple[Item, ...]
    calls: tuple[Call, ...]
    abandoned: tuple[Abandoned, ...]
    queue_stopped: str
    """Why the queue of its destination waits for a person; empty where it does not."""


def refer(db: Db, desk: Desk, acting: Acting, asked: Asked, now_ms: int) -> Referral:
    """Draft a referral, or add a case to the open draft about the same account. Never waits for proof.

    Raises NotYourRole, NothingToRefer, or what opening evidence raises.
    """
    acting.must(Right.REFER)
    held = cases.held(db, asked.case)
    strangers = sorted(set(asked.reports) - set(held.reports))
    if strangers:
        raise NothingToRefer(f"reports {strangers} do not belong to case {asked.case}")
    if asked.destination is Destination.STATEMENTS:
        raise NothingToRefer("statements of reasons are stated, not referred")
    source = held.source if asked.reports else OWN
    frozen = freeze(db, desk.evidence_key, asked, acting.who, now_ms, source)
    with transaction(db):
        n, act = draft(db, desk, acting.who, asked, frozen, now_ms)
        words = f"referral {n} to {asked.destination}"
        if asked.account is None:
            words += "; the hub had no such account, so it says of it only what was reported and kept"
        cases.event(db, asked.case, at_ms=now_ms, who=acting.who, kind=act.value, words=words)
    return store.read(db, n)


def copies_of(db: Db, acting: Acting, case: int) -> tuple[KeptCopy, ...]:
    """What was kept of the account's profile and can go along, not opened."""
    acting.must(Right.REFER)
    return copies.kept(db, case)


def state_reasons(
    db: Db, desk: Desk, acting: Acting, statement: StatementOfReasons, case: int, now_ms: int
) -> Referral:
    """Put a statement of reasons into the batch that is being gathered.

    Raises NotYourRole, BadDocument or StatedAlready.
    """
    acting.must(Right.REFER)
    check_statement(statement)
    with transaction(db):
        before_it = stated(db, statement.puid)
        if before_it is not None:
            raise StatedAlready(f"{statement.puid} is stated in referral {before_it}; withdraw that to state it anew")
        n = store.drafted(db, Destination.STATEMENTS, _BATCH)
        act = Act.REFERRAL_DRAFTED if n is None else Act.REFERRAL_JOINED
        if n is None:
            n = store.add(db, Destination.STATEMENTS, STATEMENTS_KIND, _BATCH, 0, mandatory=True, now_ms=now_ms)
        item = len(store.items(db, n)) + 1
        store.add_item(db, n, Item(item, ItemState.WAITING, None, None))
        desk.vault(db).keep(n, SealedKind.FACTS, item, msgspec.json.encode(statement))
        store.add_draft(db, n, item, Draft(case, acting.who, now_ms, statement.puid))
        before = store.read(db, n)
        if item == BATCH:  # full: the next one begins another
            store.write(db, before, replace(before, bundle=f"{_BATCH}:{n}"))
        say(db, acting.who, act, before, now_ms, case=case)
    return store.read(db, n)


def stated(db: Db, puid: str) -> int | None:
    """The referral that a decision is stated in and that was not withdrawn."""
    return store.about(db, Destination.STATEMENTS, puid)


def preview(db: Db, desk: Desk, acting: Acting, n: int) -> Preview:
    """What approving would send, checked against limits, schema and floor. Raises ReferralUnknown."""
    acting.must(Right.SEE_REFERRALS)
    referral = store.read(db, n)
    without = tuple(one.case for one in _snapshots(db, desk, referral) if one.account is None)
    try:
        composed = _composed(db, desk, referral)
    except BadDocument as err:
        return Preview(referral, (), f"{type(err).__name__}: {err}", 0, "", without)
    digest = hashlib.sha256(composed.document).hexdigest()
    return Preview(referral, composed.missing, "", len(composed.document), digest, without)


def approve(db: Db, desk: Desk, acting: Acting, n: int, now_ms: int, *, accept_thin: bool = False) -> Referral:
    """Let it be sent as it is now: the document is frozen. By another person than any who drafted it.

    Raises NotYourRole, ReferralUnknown, NotInThatState, OwnDraft, BadDocument or TooThin.
    """
    acting.must(Right.SEND_REFERRAL)
    with transaction(db):
        before = _in_state(db, n, ReferralState.DRAFTED)
        if any(draft.drafted_by == acting.who for draft in store.drafts(db, n)):
            raise OwnDraft(f"{acting.who} drafted referral {n}; somebody else approves it")
        composed = _composed(db, desk, before)
        if composed.missing and not accept_thin:
            raise TooThin(f"nobody could act on referral {n}: it lacks {', '.join(composed.missing)}")
        vault = desk.vault(db)
        vault.keep(n, SealedKind.DOCUMENT, vault.next_position(n, SealedKind.DOCUMENT), composed.document)
        after = replace(
            before,
            state=ReferralState.APPROVED,
            approved_ms=now_ms,
            approved_by=acting.who,
            missing=composed.missing,
            next_ms=now_ms,
            tries=0,
            why="",
        )
        store.write(db, before, after)
        digest = hashlib.sha256(composed.document).hexdigest()
        missing: list[str | int] = [*composed.missing]
        say(db, acting.who, Act.REFERRAL_APPROVED, after, now_ms, document=digest, missing=missing)
    return after


def withdraw(db: Db, acting: Acting, n: int, reason: str, now_ms: int) -> Referral:
    """Take it back. What is opened at the other side is retracted there first; what is finished stays.

    Raises NotYourRole, ReasonMissing, ReferralUnknown or NotInThatState.
    """
    check_text("reason", reason, MAX_REASON_CHARS)
    with transaction(db):
        before = store.read(db, n)
        acting.must(Right.REFER if before.state is ReferralState.DRAFTED else Right.SEND_REFERRAL)
        if before.state in (ReferralState.FINISHED, ReferralState.WITHDRAWN):
            raise NotInThatState(f"referral {n} is {before.state}: there is nothing to take back")
        if before.state is ReferralState.BLOCKED and before.remote_id is not None:
            back = before.before_blocked or ReferralState.APPROVED
            store.write(db, before, replace(before, state=back, before_blocked=None))
            store.wish_withdrawn(db, n)
        elif before.state in (ReferralState.DRAFTED, ReferralState.AWAITING_CREDENTIALS, ReferralState.BLOCKED):
            store.write(db, before, replace(before, state=ReferralState.WITHDRAWN, why=""))
            unhold(db, n)
        else:
            store.wish_withdrawn(db, n)
        done = store.read(db, n).state is ReferralState.WITHDRAWN
        say(db, acting.who, Act.REFERRAL_WITHDRAWN, before, now_ms, reason=reason, done=done)
    return store.read(db, n)


def release(db: Db, acting: Acting, n: int, reason: str, now_ms: int, *, redraft: bool) -> Referral:
    """Let a blocked referral go on where it stood, or make a draft of it again, which abandons what was opened.

    Raises NotYourRole, ReasonMissing, ReferralUnknown or NotInThatState.
    """
    acting.must(Right.SEND_REFERRAL)
    check_text("reason", reason, MAX_REASON_CHARS)
    with transaction(db):
        before = _in_state(db, n, ReferralState.BLOCKED)
        back = before.before_blocked or ReferralState.APPROVED
        after = replace(before, state=back, before_blocked=None, next_ms=now_ms, tries=0, why="")
        if redraft:
            if chain.may_be_finished(db, n, before.attempt):
                raise NotInThatState(f"referral {n} may be finished there: an answer was lost; let it go on as it is")
            if store.drafted(db, before.destination, before.bundle) is not None:
                raise NotInThatState(f"another draft gathers what is like referral {n}; approve or withdraw that first")
            items = store.items(db, n)
            change = machine.restarted(replace(after, attempt=1), items, now_ms)
            if change.abandoned is not None:
                store.abandon(db, n, Abandoned(before.attempt, change.abandoned, now_ms, "drafted again"))
            store.write_items(db, n, items, change.items)
            after = replace(change.referral, state=ReferralState.DRAFTED, attempt=before.attempt + 1)
        store.write(db, before, after)
        say(db, acting.who, Act.REFERRAL_RELEASED, after, now_ms, reason=reason, redraft=redraft)
    return store.read(db, n)


def resume(db: Db, acting: Acting, destination: Destination, now_ms: int) -> None:
    """Let a stopped queue go on, once the credentials are right again. Raises NotYourRole or NotInThatState."""
    acting.must(Right.SEND_REFERRAL)
    with transaction(db):
        if not store.resume(db, destination):
            raise NotInThatState(f"the queue to {destination} is not stopped")
        audit.add(
            db,
            at_ms=now_ms,
            who=acting.who,
            act=Act.CLEARINGHOUSE_RESUMED,
            about=f"clearinghouse:{destination}",
            destination=destination.value,
        )


def listed(db: Db, acting: Acting, after: int = 0, limit: int = store.MAX_LISTED) -> tuple[Referral, ...]:
    acting.must(Right.SEE_REFERRALS)
    return store.listed(db, after, limit)


def counts(db: Db) -> dict[ReferralState, int]:
    """How many there are in each state that is not the end, for the menu."""
    return store.counts(db, [state for state in ReferralState if state not in ENDED])


def stopped(db: Db) -> dict[Destination, str]:
    """The queues that wait for a person, and why."""
    return store.stopped(db)


def of_case(db: Db, acting: Acting, case: int) -> tuple[Referral, ...]:
    """Whoever works on a case sees what became of its referrals; a skipped one would be missing here."""
    acting.must(Right.SEE_CASE)
    return tuple(store.read(db, n) for n in store.of_case(db, case))


def named(db: Db, case: int) -> bool:
    """Whether a referral that was not withdrawn is about this case: what is in it leaves the house by that way alone.

    A statement of reasons is no referral in this sense: it names nobody.
    """
    found = (store.read(db, n) for n in store.of_case(db, case))
    return any(_leaves_by_itself(one.destination) and one.state is not ReferralState.WITHDRAWN for one in found)


def named_subject(db: Db, subject: str) -> bool:
    """The same for an account, whatever its case."""
    return any(store.about(db, one, subject) is not None for one in Destination if _leaves_by_itself(one))


def holds_file(db: Db, sha256: bytes) -> bool:
    """Whether a referral that was not withdrawn has these bytes as a file."""
    return store.holds_file(db, sha256)


def shown(db: Db, acting: Acting, n: int) -> Shown:
    """Raises NotYourRole or ReferralUnknown."""
    acting.must(Right.SEE_REFERRALS)
    referral = store.read(db, n)
    return Shown(
        referral,
        store.drafts(db, n),
        store.items(db, n),
        chain.calls(db, n),
        store.abandoned(db, n),
        store.stopped(db).get(referral.destination, ""),
    )


def read(
    db: Db, desk: Desk, acting: Acting, n: int, kind: SealedKind, position: int, reason: str, now_ms: int
) -> bytes:
    """Open what is kept sealed of a referral. Logged first. Raises NotYourRole, ReasonMissing or ReferralUnknown."""
    acting.must(Right.SEE_REFERRALS)
    acting.must(Right.OPEN_EVIDENCE)
    check_text("reason", reason, MAX_REASON_CHARS)
    referral = store.read(db, n)
    say(db, acting.who, Act.REFERRAL_READ, referral, now_ms, reason=reason, part=kind.value, position=position)
    return desk.vault(db).at(n, kind, position)


def check_chain(db: Db, desk: Desk, acting: Acting, n: int, now_ms: int) -> int:
    """Whether everything that was sent and answered is still there, byte for byte; returns how many calls.

    Raises NotYourRole, ReferralUnknown, ChainBroken or EvidenceDamaged.
    """
    acting.must(Right.SEE_REFERRALS)
    referral = store.read(db, n)
    say(db, acting.who, Act.REFERRAL_CHECKED, referral, now_ms)
    return chain.verify(db, desk.vault(db), n, chain_said(db, n))


def _leaves_by_itself(destination: Destination) -> bool:
    return destination is not Destination.STATEMENTS


def _composed(db: Db, desk: Desk, referral: Referral) -> Composed:
    """Raises BadDocument."""
    vault = desk.vault(db)
    items = store.items(db, referral.n)
    contents = SealedContents(db, vault, referral.n, items)
    driver = desk.drivers[referral.destination]
    drafts = store.drafts(db, referral.n)
    if referral.destination is Destination.STATEMENTS:
        facts = tuple(contents.facts(item.item) for item in items)
        return driver.compose(Material((), (), (), (), statements=facts))
    snapshots = _snapshots(db, desk, referral)
    files = tuple(msgspec.json.decode(contents.facts(item.item), type=FileFacts) for item in items)
    viewed = tuple(contents.viewed(item.item) for item in items)
    subjects = dict.fromkeys(draft.subject for draft in drafts)
    prior = [number for subject in subjects for number in store.prior(db, referral.destination, subject)]
    return driver.compose(Material(snapshots, files, viewed, tuple(dict.fromkeys(prior))))


def _snapshots(db: Db, desk: Desk, referral: Referral) -> tuple[Snapshot, ...]:
    """One of each draft; statements of reasons have none."""
    if referral.destination is Destination.STATEMENTS:
        return ()
    vault, n = desk.vault(db), referral.n
    return tuple(
        Snapshot.decode(vault.at(n, SealedKind.SNAPSHOT, position)) for position in range(len(store.drafts(db, n)))
    )


def _in_state(db: Db, n: int, wanted: ReferralState) -> Referral:
    referral = store.read(db, n)
    if referral.state is not wanted:
        raise NotInThatState(f"expected a referral that is {wanted}, referral {n} is {referral.state}")
    return referral
