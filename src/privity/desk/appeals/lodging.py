# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Taking an appeal in: it came sealed like a report, from somebody whom the hub named. It is taken, or turned away.

Whoever sent it is told either way. What is turned away is not kept: its sender has it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from privity.desk.appeals import store
from privity.desk.appeals.errors import (
    AppealedAlready,
    AppealTooLate,
    NotDecidedYet,
    NothingToAppeal,
    TurnedAway,
    UndoneAlready,
)
from privity.desk.appeals.model import ANSWER_DAYS, Appeal, Party
from privity.desk.audit import log as audit
from privity.desk.audit.acts import Act
from privity.desk.cases import service as cases
from privity.desk.cases.errors import NotOfThisCase
from privity.desk.db.transaction import Db, transaction
from privity.desk.decisions import lines
from privity.desk.decisions import service as decisions
from privity.desk.decisions.actions import Target
from privity.desk.decisions.model import DAY_MS, Decision, State, is_measure
from privity.desk.decisions.statement import day
from privity.desk.evidence import records
from privity.desk.evidence.records import WHOLE, Kind, Record
from privity.desk.intake.receipts import number_of
from privity.message.appeal import About
from privity.message.appeal import Appeal as SealedAppeal
from privity.wire.staff import RelayedReport

DESK: Final = "desk"

TAKEN = (
    "Your appeal has arrived. Somebody who had no part in the decision answers it, as a rule until {until}. Until then"
    " the decision stays in force."
)
_SAID: Final[dict[type[TurnedAway], str]] = {
    NothingToAppeal: "Your appeal was not taken: there is no such decision that you could appeal against.",
    NotDecidedYet: "Your appeal was not taken: nothing was decided yet about what you reported.",
    AppealTooLate: "Your appeal was not taken: it came more than six months after the decision.",
    AppealedAlready: "Your appeal was not taken: you have appealed against this decision before.",
    UndoneAlready: "Your appeal was not needed: the decision was undone already.",
}


@dataclass(frozen=True, slots=True)
class Disputed:
    """What an appeal is about."""

    decision: Decision
    party: Party
    report_receipt: str | None


def lodge(
    db: Db,
    evidence_key: bytes,
    random: Callable[[int], bytes],
    sealed: SealedAppeal,
    relayed: RelayedReport,
    now_ms: int,
) -> int | None:
    """The number of the appeal, or None where it is turned away. Raises nothing that is wrong with the appeal."""
    with transaction(db):
        try:
            disputed = _disputed(db, sealed, relayed)
        except TurnedAway as why:
            _turn_away(db, random, why, relayed, now_ms)
            return None
        return _take(db, evidence_key, random, disputed, sealed.text, relayed, now_ms)


def _disputed(db: Db, sealed: SealedAppeal, relayed: RelayedReport) -> Disputed:
    """Who appeals is whom the hub authenticated, whatever the appeal says of it."""
    if sealed.about is About.DECISION:
        disputed = Disputed(_about_them(db, sealed.reference, relayed.reporter_uri), Party.AFFECTED, None)
    else:
        disputed = Disputed(_reported(db, sealed.reference, relayed.reporter_uri), Party.NOTIFIER, sealed.reference)
    made = disputed.decision
    for other in store.of_decision(db, made.number):
        if (other.party, other.report_receipt) == (disputed.party, disputed.report_receipt):
            raise AppealedAlready(f"appeal {other.number} is theirs against decision {made.number}")
    if made.state is State.UNDONE:
        raise UndoneAlready(f"decision {made.number} was undone")
    if made.appeal_until_ms is None or relayed.received_ms > made.appeal_until_ms:
        raise AppealTooLate(f"decision {made.number} could be appealed until {made.appeal_until_ms} ms")
    return disputed


def _about_them(db: Db, reference: str, appellant: str) -> Decision:
    """Against what was decided about a conversation whoever has the reference appeals: only those in charge have it."""
    made = decisions.by_reference(db, reference)
    if made is None or not made.rule.told or made.state not in (State.EFFECTIVE, State.UNDONE):
        raise NothingToAppeal("no statement of reasons has this reference")
    if made.rule.on is Target.ACCOUNT and made.against != appellant:
        raise NothingToAppeal(f"decision {made.number} is about somebody else")
    return made


def _reported(db: Db, receipt: str, reporter: str) -> Decision:
    """By what the report was dismissed; or the newest that was done about it, which may be too little."""
    number = number_of(db, receipt, reporter)
    if number is None:
        raise NothingToAppeal("no report of theirs has this receipt")
    try:
        case = cases.case_of_report(db, number)
    except NotOfThisCase:
        raise NothingToAppeal(f"report {number} is in no case") from None
    made = decisions.dismissal_of(db, case)
    if made is not None:
        return made
    measures = decisions.measures_of(db, case)
    if not measures:
        raise NotDecidedYet(f"case {case} is not decided")
    for other in store.of_report(db, receipt):
        if is_measure(decisions.by_number(db, other.decision)):
            raise AppealedAlready(f"appeal {other.number} is theirs against what was done about report {number}")
    return measures[-1]


def _take(
    db: Db,
    evidence_key: bytes,
    random: Callable[[int], bytes],
    disputed: Disputed,
    text: str,
    relayed: RelayedReport,
    now_ms: int,
) -> int:
    number, made = store.next_number(db), disputed.decision
    kept = Record(Kind.APPEAL, WHOLE, WHOLE, text.encode())
    appeal = Appeal(
        number,
        made.number,
        disputed.party,
        relayed.reporter_uri,
        relayed.receipt,
        disputed.report_receipt,
        records.keep(db, evidence_key, random, f"appeal:{number}", kept),
        now_ms,
        _answer_by(disputed, now_ms),
        None,
    )
    store.add(db, appeal)
    audit.add(
        db,
        at_ms=now_ms,
        who=DESK,
        act=Act.APPEAL_LODGED,
        about=f"appeal:{number}",
        decision=made.number,
        case=made.case,
        party=disputed.party.value,
        policy=made.policy.value,
        action=made.action.value,
        level=int(made.level),
    )
    whose = "whom it is about" if disputed.party is Party.AFFECTED else "somebody who reported"
    words = f"Appeal {number} against decision {made.number}, by {whose}"
    cases.event(db, made.case, at_ms=now_ms, who=DESK, kind=Act.APPEAL_LODGED.value, words=words)
    said = TAKEN.format(until=day(appeal.deadline_ms))
    lines.tell(db, random, relayed.reporter_uri, relayed.receipt, said, made, now_ms)
    return number


def _answer_by(disputed: Disputed, now_ms: int) -> int:
    """What a rule took is over within hours or days: an answer after that would give nothing back."""
    latest_ms, made = now_ms + ANSWER_DAYS * DAY_MS, disputed.decision
    if disputed.party is not Party.AFFECTED or made.by_rule is None or made.until_ms is None or made.until_ms < now_ms:
        return latest_ms
    return min(made.until_ms, latest_ms)


def _turn_away(db: Db, random: Callable[[int], bytes], why: TurnedAway, relayed: RelayedReport, now_ms: int) -> None:
    audit.add(db, at_ms=now_ms, who=DESK, act=Act.APPEAL_TURNED_AWAY, why=type(why).__name__)
    lines.tell(db, random, relayed.reporter_uri, relayed.receipt, _SAID[type(why)], None, now_ms)
