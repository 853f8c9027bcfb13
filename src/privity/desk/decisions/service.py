# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Deciding: propose, agree as the second person or refuse, undo. Each act is one transaction with all that follows.

What can be undone without harm takes effect when it is proposed. What cannot waits for somebody else. Nothing takes
effect without a person, and nothing here asks the hub: what it is to do is written down beside the decision.
"""

from __future__ import annotations

from typing import Final

from privity.desk.audit.acts import Act
from privity.desk.cases import service as cases
from privity.desk.cases.model import OWN, CaseState, Held
from privity.desk.db.transaction import Db, transaction
from privity.desk.decisions import outbox, statement, store
from privity.desk.decisions.actions import ACTIONS, Escalation, Target
from privity.desk.decisions.errors import (
    CaseNotYours,
    DecidedAlready,
    DecidedBefore,
    EffectNotRefused,
    EffectUnknown,
    NotInForce,
    NotWaiting,
    SamePerson,
)
from privity.desk.decisions.grounds import Grounds, grounds, looked_up
from privity.desk.decisions.model import Decision, Event, EventKind, Proposal, State, is_dismissal, is_measure
from privity.desk.decisions.outbox import EffectState, Ordered
from privity.desk.decisions.policies import POLICIES, PolicyName, Step, offered
from privity.desk.decisions.taking_effect import (
    all_of_case,
    check_still_right,
    existing,
    held_of,
    noted,
    open_again,
    others,
    repeat,
    take_back,
    take_effect,
)
from privity.desk.decisions.words import check_words
from privity.desk.intake.findings import Level
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right
from privity.identity.uris import Random, new_id

MAX_LISTED: Final = 200
"""Decisions in one list: a page."""


def propose(db: Db, acting: Acting, case: int, proposal: Proposal, now_ms: int, random: Random) -> Decision:
    """Decide about a case that is taken by whoever acts, or decided already and needs more.

    Raises NotYourRole, ProposalRefused or TextRefused.
    """
    acting.must(Right.DECIDE)
    with transaction(db):
        held = cases.held(db, case)
        found = _checked(db, acting, held, proposal, now_ms)
        rule = ACTIONS[proposal.action]
        weight, counts_days = _strikes_of(proposal, found)
        number = store.add(
            db,
            new_id(random),
            case,
            found.against,
            proposal,
            found.level,
            second_person=rule.grave,
            own=held.source == OWN,
            weight=weight,
            counts_days=counts_days,
            at_ms=now_ms,
            who=acting.who,
        )
        made = existing(db, number)
        noted(db, Act.DECISION_PROPOSED, made, held, acting.who, now_ms, proposal.reason)
        return made if rule.grave else take_effect(db, made, held, acting.who, now_ms, random)


def confirm(db: Db, acting: Acting, number: int, words: str, now_ms: int, random: Random) -> Decision:
    """Agree as the second person; then it takes effect.

    Raises NotYourRole, NotWaiting, SamePerson, TextRefused, or DecidedAlready where the case was dismissed meanwhile.
    """
    acting.must(Right.CONFIRM)
    with transaction(db):
        made, held = _settled(db, acting, number, EventKind.CONFIRMED, words, now_ms)
        noted(db, Act.DECISION_CONFIRMED, made, held, acting.who, now_ms, words)
        return take_effect(db, made, held, acting.who, now_ms, random)


def refuse(db: Db, acting: Acting, number: int, words: str, now_ms: int) -> Decision:
    """Disagree as the second person: it never takes effect. Raises what `confirm` does."""
    acting.must(Right.CONFIRM)
    with transaction(db):
        made, held = _settled(db, acting, number, EventKind.REFUSED, words, now_ms)
        noted(db, Act.DECISION_REFUSED, made, held, acting.who, now_ms, words)
        return made


def undo(db: Db, acting: Acting, number: int, words: str, now_ms: int, random: Random) -> Decision:
    """Take back what is in force; the case is open again. Raises NotYourRole, NotInForce or TextRefused."""
    acting.must(Right.UNDO)
    with transaction(db):
        return take_back(db, _in_force(db, number, words), acting.who, words, now_ms, random, appeal=None)


def overturn(db: Db, acting: Acting, number: int, appeal: int, words: str, now_ms: int, random: Random) -> Decision:
    """Take back what an appeal has shown to be wrong. A dismissed report is looked at again; a sanction is over."""
    acting.must(Right.ANSWER_APPEAL)
    with transaction(db):
        if is_dismissal(existing(db, number)):
            store.add_reopened(db, number, appeal, now_ms)
        return take_back(db, _in_force(db, number, words), acting.who, words, now_ms, random, appeal=appeal)


def look_again(db: Db, acting: Acting, number: int, appeal: int, now_ms: int, random: Random) -> None:
    """Open the case of a decision again, in which too little was done. What is in force stays so meanwhile."""
    acting.must(Right.ANSWER_APPEAL)
    with transaction(db):
        made = existing(db, number)
        for one in (made, *measures_of(db, made.case)):
            store.add_reopened(db, one.number, appeal, now_ms)
        open_again(db, made, appeal, acting.who, now_ms, random)


def send_again(db: Db, acting: Acting, effect: int, now_ms: int, random: Random) -> Ordered:
    """Ask the hub anew for what it refused, as a new effect.

    Raises NotYourRole, EffectUnknown, EffectNotRefused, or NotInForce where it would no longer be right.
    """
    acting.must(Right.DECIDE)
    with transaction(db):
        old = outbox.find(db, effect)
        if old is None:
            raise EffectUnknown(f"there is no effect {effect}")
        if old.state is not EffectState.REFUSED:
            raise EffectNotRefused(f"effect {effect} is {old.state.value}; only a refused one is sent again")
        later = outbox.sent_again(db, effect)
        if later is not None:
            raise EffectNotRefused(f"effect {effect} was sent again as effect {later}")
        check_still_right(db, old)
        return _effect(db, repeat(db, acting.who, old, now_ms, random))


def preview(db: Db, acting: Acting, case: int, proposal: Proposal, now_ms: int) -> str | None:
    """The exact words the affected person would read, but for the reference; None where nobody is told."""
    acting.must(Right.DECIDE)
    held = cases.held(db, case)
    found = _checked(db, acting, held, proposal, now_ms)
    if not ACTIONS[proposal.action].told:
        return None
    made = _draft(held, found, proposal, acting.who, now_ms)
    return statement.reasons(made, found.found, held.source, now_ms).text()


def statement_of(db: Db, acting: Acting, number: int, now_ms: int) -> str | None:
    """What the affected person was sent, or would be sent now; None where nobody is told. Raises DecisionUnknown."""
    acting.must(Right.SEE_CASE)
    made = existing(db, number)
    if not made.rule.told:
        return None
    for ordered in outbox.of_decision(db, number):
        if ordered.effect.params.statement is not None:
            return ordered.effect.params.statement.text
    held = held_of(db, made)
    return statement.reasons(made, looked_up(db, made), held.source, now_ms).text()


def decision(db: Db, acting: Acting, number: int) -> Decision:
    """One decision. Raises DecisionUnknown."""
    acting.must(Right.SEE_CASE)
    return existing(db, number)


def of_case(db: Db, acting: Acting, case: int) -> tuple[Decision, ...]:
    """All decisions of a case and of those that were joined to it, oldest first."""
    acting.must(Right.SEE_CASE)
    return all_of_case(db, case)


def effects_of(db: Db, acting: Acting, number: int) -> tuple[Ordered, ...]:
    """What the hub was asked for by a decision, and how far that is."""
    acting.must(Right.SEE_CASE)
    return outbox.of_decision(db, number)


def waiting(db: Db, acting: Acting) -> tuple[Decision, ...]:
    """What waits for a second person, oldest first, the acting person's own included."""
    acting.must(Right.CONFIRM)
    return store.waiting(db, MAX_LISTED)


def count_waiting(db: Db) -> int:
    """For the navigation: how many wait for a second person."""
    return store.count_waiting(db)


def escalated(db: Db, acting: Acting, to: Escalation) -> tuple[Decision, ...]:
    """What was escalated, newest first."""
    acting.must(Right.SEE_CASE)
    return store.escalated(db, to, MAX_LISTED)


def refused_effects(db: Db, acting: Acting) -> tuple[Ordered, ...]:
    """What the hub would not do, newest first: a person must look."""
    acting.must(Right.SEE_CASE)
    return outbox.refused(db, MAX_LISTED)


def strikes(db: Db, against: str, now_ms: int) -> int:
    """What counts against an account now."""
    return store.strikes(db, against, now_ms)


def suggestion(db: Db, policy: PolicyName, against: str, now_ms: int) -> Step:
    """What is offered to whoever decides."""
    return offered(policy, store.strikes(db, against, now_ms))


def by_number(db: Db, number: int) -> Decision:
    """For the appeals, which ask who may know. Raises DecisionUnknown."""
    return existing(db, number)


def by_reference(db: Db, reference: str) -> Decision | None:
    """What an affected person names."""
    return store.find_reference(db, reference)


def dismissal_of(db: Db, case: int) -> Decision | None:
    """The decision in force by which a case's reports were dismissed."""
    return next((one for one in all_of_case(db, case) if is_dismissal(one) and one.state is State.EFFECTIVE), None)


def measures_of(db: Db, case: int) -> tuple[Decision, ...]:
    """What was done about what was reported and is in force, the newest last. That a case went on to others is none."""
    found = (one for one in all_of_case(db, case) if is_measure(one) and one.state is State.EFFECTIVE)
    return tuple(sorted(found, key=lambda one: (one.effective_ms or 0, one.number)))


def _checked(db: Db, acting: Acting, held: Held, proposal: Proposal, now_ms: int) -> Grounds:
    mine = held.state is CaseState.TAKEN and held.taken_by == acting.who
    if not mine and held.state is not CaseState.DECIDED:
        raise CaseNotYours(f"case {held.number} is {held.state.value}; whoever decides about it takes it first")
    for made in all_of_case(db, held.number):
        if acting.who in made.decided_by and store.was_reopened(db, made.number):
            raise DecidedBefore(f"{acting.who} had a part in decision {made.number}, which an appeal has opened again")
    check_words(db, held.number, proposal.reason)
    found = grounds(db, held, proposal)
    _check_undecided(db, held, proposal, found.against, now_ms)
    return found


def _strikes_of(proposal: Proposal, found: Grounds) -> tuple[int, int]:
    """How many strikes it counts and for how many days. What rests on no proof counts none, or many could make them."""
    rule, policy = ACTIONS[proposal.action], POLICIES[proposal.policy]
    counts = rule.on is Target.ACCOUNT and (found.level > Level.TIP or rule.public)
    return (policy.weight, policy.counts_days) if counts else (0, 0)


def _check_undecided(db: Db, held: Held, proposal: Proposal, against: str, now_ms: int) -> None:
    for other in all_of_case(db, held.number):
        if other.state not in (State.PROPOSED, State.EFFECTIVE):
            continue
        over = other.until_ms is not None and other.until_ms <= now_ms
        if other.by_rule is not None:
            continue  # a person may decide the same, or the opposite, whatever a rule did
        if (other.action, other.against, other.to) == (proposal.action, against, proposal.to) and not over:
            raise DecidedAlready(f"decision {other.number} of this case is the same; undo it first to decide it anew")
        if _opposite(other, proposal):
            raise DecidedAlready(
                f"decision {other.number} of this case says the opposite ({other.action.value}); undo it first"
            )


def _opposite(one: Decision | Proposal, other: Decision | Proposal) -> bool:
    """A report was either dismissed or acted on. What is decided about those who reported is neither."""
    return (is_dismissal(one) and is_measure(other)) or (is_measure(one) and is_dismissal(other))


def _settled(db: Db, acting: Acting, number: int, kind: EventKind, words: str, now_ms: int) -> tuple[Decision, Held]:
    made = existing(db, number)
    if made.state is not State.PROPOSED:
        raise NotWaiting(f"decision {number} is {made.state.value}; only a proposed one waits for a second person")
    if acting.who == made.proposed_by:
        raise SamePerson(f"{acting.who} proposed decision {number}; somebody else agrees or refuses")
    check_words(db, made.case, words)
    held = held_of(db, made)
    in_force = (other for other in others(db, made) if other.state is State.EFFECTIVE)
    if kind is EventKind.CONFIRMED and any(_opposite(made, other) for other in in_force):
        raise DecidedAlready(f"the opposite of decision {number} is in force in case {held.number}; undo that first")
    store.add_event(db, number, Event(kind, now_ms, acting.who, words))
    return existing(db, number), held_of(db, made)


def _in_force(db: Db, number: int, words: str) -> Decision:
    made = existing(db, number)
    if made.state is not State.EFFECTIVE:
        raise NotInForce(f"decision {number} is {made.state.value}; only what is in force is undone, and once")
    check_words(db, made.case, words)
    return made


def _draft(held: Held, found: Grounds, proposal: Proposal, who: str, now_ms: int) -> Decision:
    """What would be decided, without a number or a reference."""
    return Decision(
        0,
        "(given when it is decided)",
        held.number,
        found.against,
        proposal.policy,
        proposal.action,
        found.level,
        proposal.reason,
        proposal.days,
        proposal.to,
        *_strikes_of(proposal, found),
        now_ms,
        who,
        proposal.evidence,
        (),
        held.source == OWN,
    )


def _effect(db: Db, number: int) -> Ordered:
    found = outbox.find(db, number)
    if found is None:
        raise EffectUnknown(f"there is no effect {number}")
    return found
