# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What follows from a decision that takes effect or is taken back: for the hub, the people it concerns and its case.

All of it is written in the transaction of whoever calls, and nothing here asks whether they may.
"""

from __future__ import annotations

from msgspec.structs import replace

from privity.desk.audit import log as audit
from privity.desk.audit.acts import Act
from privity.desk.audit.entry import Said
from privity.desk.cases import service as cases
from privity.desk.cases.joined import all_in, now_in
from privity.desk.cases.model import OWN, CaseState, Held, Outcome
from privity.desk.db.transaction import Db
from privity.desk.decisions import lines, outbox, statement, store
from privity.desk.decisions.errors import DecisionUnknown, NotInForce
from privity.desk.decisions.grounds import looked_up
from privity.desk.decisions.model import Decision, Event, EventKind, State, is_dismissal, is_measure
from privity.desk.decisions.outbox import Ordered
from privity.desk.decisions.policies import PolicyName
from privity.identity.uris import Random
from privity.wire.staff import EffectParams, Verb
from privity.wire.standing import Statement


def take_effect(db: Db, made: Decision, held: Held, who: str, now_ms: int, random: Random) -> Decision:
    """Now it counts."""
    store.add_event(db, made.number, Event(EventKind.EFFECTIVE, now_ms, who, ""))
    made = existing(db, made.number)
    if made.rule.verb is not None:
        params = EffectParams(decision=made.reference, until_ms=_ends_at_the_hub_ms(made))
        _ask(db, random, made, made.rule.verb, params, now_ms)
    if made.rule.told:
        found = statement.reasons(made, looked_up(db, made), held.source, now_ms)
        send_statement(db, random, made, statement.decided(found, made.policy), now_ms)
    if is_dismissal(made):
        _free_from_rules(db, held.subject, who, now_ms, random)
    if _ends_case(made):
        if held.state is not CaseState.DECIDED:
            cases.decided(db, held.number, who=who, at_ms=now_ms)
            lines.tell_reporters(db, random, made, lines.of_decision(made, now_ms), now_ms)
        cases.ended(db, held.number, _outcome(made))
    noted(db, Act.DECISION_EFFECTIVE, made, held, who, now_ms, "")
    return made


def take_back(
    db: Db, made: Decision, who: str, words: str, now_ms: int, random: Random, *, appeal: int | None
) -> Decision:
    """Now it counts no more. `appeal`: the one that has shown it to be wrong, whose answer tells the person."""
    store.add_event(db, made.number, Event(EventKind.UNDONE, now_ms, who, words))
    made = existing(db, made.number)
    held = held_of(db, made)
    if made.rule.reverse is not None:
        _ask(db, random, made, made.rule.reverse, EffectParams(decision=made.reference), now_ms)
    if made.rule.told and appeal is None:
        send_statement(db, random, made, statement.undone(made, words, now_ms), now_ms)
    noted(db, Act.DECISION_UNDONE, made, held, who, now_ms, words, appeal=appeal)
    if _ends_case(made) and not any(_ends_case(other) and other.state is State.EFFECTIVE for other in others(db, made)):
        _back_to_work(db, made, held, who, now_ms, random, appealed=appeal is not None)
    return made


def send_statement(db: Db, random: Random, made: Decision, said: Statement, now_ms: int) -> None:
    """A further statement about a decision to whom it is about. The caller owns the transaction."""
    _ask(db, random, made, Verb.STATEMENT, EffectParams(decision=made.reference, statement=said), now_ms)


def open_again(db: Db, made: Decision, appeal: int, who: str, now_ms: int, random: Random) -> None:
    """The case of a decision, though nothing of that is taken back. One that is worked on goes on as it is."""
    held = held_of(db, made)
    if held.state is not CaseState.DECIDED:
        return
    words = f"Appeal {appeal}: decision {made.number} may have been too little. What is in force stays so."
    cases.reopened(db, held.number, who=who, at_ms=now_ms, words=words)
    lines.tell_reporters(db, random, made, lines.MORE, now_ms)


def all_of_case(db: Db, case: int) -> tuple[Decision, ...]:
    """Of a case and of those that were joined to it, oldest first."""
    return store.of_cases(db, all_in(db, now_in(db, case)))


def _back_to_work(db: Db, made: Decision, held: Held, who: str, now_ms: int, random: Random, *, appealed: bool) -> None:
    """Nothing that was decided about the case is left. After an appeal against a sanction that is the end of it."""
    if appealed and not is_dismissal(made) and held.state is CaseState.DECIDED:
        cases.ended(db, held.number, Outcome.DISMISSED)
        lines.tell_reporters(db, random, made, lines.TAKEN_BACK, now_ms)
        return
    if held.state is CaseState.DECIDED:
        cases.reopened(db, held.number, who=who, at_ms=now_ms, words=f"Decision {made.number} was undone.")
    lines.tell_reporters(db, random, made, lines.AGAIN, now_ms)


def check_still_right(db: Db, asked: Ordered) -> None:
    """What a decision does is right while it is in force, and giving it back once it is not. Raises NotInForce."""
    if asked.decision is None:
        return
    made = existing(db, asked.decision)
    wanted = {made.rule.verb: State.EFFECTIVE, made.rule.reverse: State.UNDONE}.get(asked.effect.verb, made.state)
    if made.state is not wanted:
        raise NotInForce(
            f"decision {made.number} is {made.state.value}; effect {asked.number} belongs to another state"
        )


def repeat(db: Db, who: str, old: Ordered, now_ms: int, random: Random) -> int:
    """Ask the hub anew for what it refused, as a new effect; returns its number. The caller owns the transaction."""
    asked = old.effect
    params = asked.params
    if old.decision is not None and params.until_ms is not None:
        params = replace(params, until_ms=_ends_at_the_hub_ms(existing(db, old.decision)))
    number = outbox.add(
        db,
        random,
        asked.verb,
        asked.subject,
        params,
        case=old.case,
        decision=old.decision,
        now_ms=now_ms,
        again_of=old.number,
    )
    audit.add(
        db,
        at_ms=now_ms,
        who=who,
        act=Act.EFFECT_REPEATED,
        about=f"effect:{old.number}",
        effect=number,
        case=old.case,
        decision=old.decision,
        verb=asked.verb.value,
    )
    return number


def _free_from_rules(db: Db, subject: str, who: str, now_ms: int, random: Random) -> None:
    """Somebody looked, and found nothing wrong: what rules have taken from whom the case is about is given back."""
    for other in store.against(db, subject):
        over = other.until_ms is not None and other.until_ms <= now_ms
        if other.by_rule is not None and other.state is State.EFFECTIVE and not over:
            take_back(db, other, who, "People looked at it, and found nothing wrong.", now_ms, random, appeal=None)


def _ends_at_the_hub_ms(made: Decision) -> int | None:
    """The hub ends by itself what has a number of days; what a rule hides the desk shows again (`by_rule.end_over`)."""
    return None if made.rule.days is None else made.until_ms


def others(db: Db, made: Decision) -> tuple[Decision, ...]:
    return tuple(other for other in all_of_case(db, made.case) if other.number != made.number)


def _ends_case(made: Decision) -> bool:
    """Whether with it the case is decided: not where it goes on to others, and not by what befalls who reported."""
    return is_dismissal(made) or is_measure(made)


def _outcome(made: Decision) -> Outcome:
    if not is_dismissal(made):
        return Outcome.UPHELD
    return Outcome.ABUSIVE if made.policy is PolicyName.ABUSE_OF_REPORTING else Outcome.DISMISSED


def _ask(db: Db, random: Random, made: Decision, verb: Verb, params: EffectParams, now_ms: int) -> None:
    outbox.add(db, random, verb, made.against, params, case=made.case, decision=made.number, now_ms=now_ms)


def noted(
    db: Db, act: Act, made: Decision, held: Held, who: str, now_ms: int, words: str, *, appeal: int | None = None
) -> None:
    """In the audit log, for whoever counts, and in the case, for whoever works on it."""
    said: dict[str, Said] = {
        "case": made.case,
        "policy": made.policy.value,
        "action": made.action.value,
        "level": int(made.level),
        "source": OWN if made.own else held.source,
        "days": made.days,
        "strikes": store.strikes(db, made.against, now_ms),
        "second": made.second,
        "automated": made.by_rule is not None,
        "reported_ms": None if made.own else held.reported_ms,
        "to": None if made.to is None else made.to.value,
        "appeal": appeal,
        "reason": words,
    }
    if made.by_rule is not None:
        said |= {"rule": made.by_rule.name, "digest": made.by_rule.digest.hex(), "hours": made.by_rule.hours}
    audit.add(db, at_ms=now_ms, who=who, act=act, about=f"decision:{made.number}", **said)
    sentence = f"Decision {made.number} ({made.policy.value}: {made.action.value})"
    cases.event(
        db, held.number, at_ms=now_ms, who=who, kind=act.value, words=f"{sentence}: {words}" if words else sentence
    )


def held_of(db: Db, made: Decision) -> Held:
    """The case as it is now, which may have been joined to another since."""
    return cases.held(db, now_in(db, made.case))


def existing(db: Db, number: int) -> Decision:
    found = store.find(db, number)
    if found is None:
        raise DecisionUnknown(f"there is no decision {number}")
    return found
