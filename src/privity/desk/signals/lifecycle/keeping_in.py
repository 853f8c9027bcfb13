# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Budgets and pauses: how much a rule may do in a day, what stops it, and who lets it go on."""

from __future__ import annotations

from typing import Final

from privity.desk.audit import log as audit
from privity.desk.audit.acts import Act
from privity.desk.db.transaction import Db, transaction
from privity.desk.signals.language.rule_set import RuleSet
from privity.desk.signals.lifecycle import store
from privity.desk.signals.lifecycle.bands import OVERTURNED_DAYS, overturned_too_often
from privity.desk.signals.lifecycle.errors import BudgetRefused, NotPaused, RuleUnknown, WrongStage
from privity.desk.signals.lifecycle.model import DAY_MS, Pause, PauseWhy, Stage
from privity.desk.signals.lifecycle.running import Running, band_of, budgets_of
from privity.desk.signals.lifecycle.service import OVER, existing, rules_of
from privity.desk.signals.lifecycle.words import worded
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right

MOST_BUDGET: Final = 1_000_000
DESK: Final = "desk"


def set_budget(db: Db, acting: Acting, number: int, rule: str, most_a_day: int, now_ms: int) -> None:
    """On how many accounts a rule may act in a day. It is agreed to with the version, and only lowered afterwards.

    Raises NotYourRole, VersionUnknown, WrongStage, RuleUnknown or BudgetRefused.
    """
    acting.must(Right.WRITE_RULES)
    if not 0 <= most_a_day <= MOST_BUDGET:
        raise BudgetRefused(f"a budget is 0 to {MOST_BUDGET:,} accounts a day, got {most_a_day:,}")
    with transaction(db):
        found = existing(db, number)
        rules = _with_rule(db, acting, number, rule)
        if found.stage in OVER:
            raise WrongStage(f"version {number} is {found.stage.value}")
        before = budgets_of(db, number, rules)[rule]
        if found.stage in (Stage.PROPOSED, Stage.LIVE) and most_a_day > before:
            raise BudgetRefused(f"{before:,} accounts a day were agreed to, got {most_a_day:,}; hand in a new version")
        store.set_budget(db, number, rule, most_a_day)
        audit.add(
            db,
            at_ms=now_ms,
            who=acting.who,
            act=Act.RULES_BUDGET_SET,
            about=f"rules:{number}",
            rule=rule,
            most_a_day=most_a_day,
        )


def budgets(db: Db, acting: Acting, number: int) -> dict[str, int]:
    """By rule. Raises NotYourRole, VersionUnknown or WrongStage."""
    acting.must(Right.SEE_RULES)
    return budgets_of(db, number, rules_of(db, acting, number))


def bands(db: Db, acting: Acting, number: int) -> dict[str, int]:
    """By rule, for how many accounts of a day it may hold. Raises NotYourRole, VersionUnknown or WrongStage."""
    acting.must(Right.SEE_RULES)
    return {rule.name: band_of(db, number, rule.name) for rule in rules_of(db, acting, number).rules}


def paused(db: Db, acting: Acting, number: int) -> tuple[Pause, ...]:
    """What has stopped. Raises NotYourRole."""
    acting.must(Right.SEE_RULES)
    return store.pauses(db, number)


def pause(db: Db, acting: Acting, number: int, rule: str, words: str, now_ms: int) -> None:
    """Stop a rule at once; one person is enough. Raises NotYourRole, RuleUnknown, WordsMissing or NotPaused."""
    acting.must(Right.WRITE_RULES)
    why = worded(words)
    with transaction(db):
        _with_rule(db, acting, number, rule)
        if not stop(db, Pause(number, rule, PauseWhy.PERSON, now_ms, acting.who, why)):
            raise NotPaused(f"{rule} of version {number} is paused already")


def resume(db: Db, acting: Acting, number: int, rule: str, words: str, now_ms: int) -> None:
    """Let a rule go on. Raises NotYourRole, RuleUnknown, WordsMissing or NotPaused."""
    acting.must(Right.AGREE_RULES)
    why = worded(words)
    with transaction(db):
        _with_rule(db, acting, number, rule)
        if not store.resume(db, number, rule, acting.who, now_ms):
            raise NotPaused(f"{rule} of version {number} is not paused")
        audit.add(
            db,
            at_ms=now_ms,
            who=acting.who,
            act=Act.RULES_RESUMED,
            about=f"rules:{number}",
            rule=rule,
            words=why,
        )


def stop(db: Db, found: Pause) -> bool:
    """Write a pause down; False where the rule is paused already. The caller owns the transaction."""
    if not store.add_pause(db, found):
        return False
    audit.add(
        db,
        at_ms=found.at_ms,
        who=found.who,
        act=Act.RULES_PAUSED,
        about=f"rules:{found.version}",
        rule=found.rule,
        why=found.why.value,
        words=found.words,
    )
    return True


def is_paused(db: Db, number: int, rule: str) -> bool:
    return any(one.rule == rule for one in store.pauses(db, number))


def stop_overturned(db: Db, running: tuple[Running, ...], now_ms: int) -> int:
    """Stop rules of which people undo too much; how many. What was undone before somebody resumed it is forgiven."""
    live = {rule.digest: (one, rule.name) for one in running if one.live for rule in one.rules.rules if rule.restricts}
    if not live:
        return 0
    stopped = 0
    for digest, (one, rule) in live.items():
        since_ms = max(now_ms - OVERTURNED_DAYS * DAY_MS, store.resumed_ms(db, one.number, rule))
        undone, made = store.overturned(db, [digest], since_ms).get(digest, (0, 0))
        if overturned_too_often(undone, made):
            words = f"people undid {undone} of {made} restrictions"
            stopped += stop(db, Pause(one.number, rule, PauseWhy.OVERTURNED, now_ms, DESK, words))
    return stopped


def _with_rule(db: Db, acting: Acting, number: int, rule: str) -> RuleSet:
    rules = rules_of(db, acting, number)
    if rule not in [one.name for one in rules.rules]:
        known = ", ".join(one.name for one in rules.rules)
        raise RuleUnknown(f"version {number} has no rule {rule}; there are {known}")
    return rules
