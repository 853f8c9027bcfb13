# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A stream, a few rules, and a desk's database with a sink beside it, for tests and for processes that they kill."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlcipher3 import dbapi2 as sqlcipher

from privity.desk.db import migrations
from privity.desk.db.transaction import Db
from privity.desk.signals.counters.marks import Marks
from privity.desk.signals.counters.periods import DAY_MS
from privity.desk.signals.features.catalogue import FEATURES
from privity.desk.signals.features.known import Known
from privity.desk.signals.language.catalogue import Catalogue, EffectKind
from privity.desk.signals.language.rule_set import RuleSet, compile_rules
from privity.desk.signals.running.hits import Hit
from privity.desk.signals.running.in_desk import InDesk
from privity.desk.signals.running.runner import Runner
from privity.wire.age import AgeBand
from privity.wire.observed import Observed, ObservedKind

AT = 1_780_000_000_000
NOW = AT + 3 * DAY_MS
CATALOGUE = Catalogue(FEATURES, (EffectKind("Look", (), False, "a person looks"),))
RULES = compile_rules(
    """
Asks = Rule(when=[kind == "asked", asked_24h >= 5], because=f"{asked_24h} asked")
Sends = Rule(when=[kind == "sent", messages_1h > 40], because=f"{messages_1h} messages")
Blocked = Rule(when=[kind == "was_blocked", blocked_by_24h >= 3], because=f"{blocked_by_24h} blocked it")
Farm = Rule(when=[account_hours < 2, network_registered_24h > 4], because=f"{network_registered_24h} of one network")
WhenRules(any=[Asks, Sends, Blocked, Farm], then=[Look()])
""",
    CATALOGUE,
)


@dataclass(frozen=True, slots=True)
class InForce:
    number: int
    rules: RuleSet


IN_FORCE = (InForce(3, RULES),)


def stream(count: int, seed: int = 7) -> list[Observed]:
    """Some accounts that do much, over two days."""
    draw = random.Random(seed)
    kinds = [
        ObservedKind.SENT,
        ObservedKind.ASKED,
        ObservedKind.BLOCKED,
        ObservedKind.REGISTERED,
        ObservedKind.ACCEPTED,
    ]
    found = []
    for number in range(1, count + 1):
        kind = draw.choices(kinds, (60, 20, 8, 2, 10))[0]
        at_ms = AT + number * 2 * DAY_MS // count
        busy = draw.random() < 0.5
        account = (
            f"mimi://h/u/{draw.randrange(3 if busy else 40)}"
            if kind is not ObservedKind.REGISTERED
            else f"mimi://h/u/n{number}"
        )
        other = f"mimi://h/u/{draw.randrange(40)}" if kind not in (ObservedKind.SENT, ObservedKind.REGISTERED) else ""
        net = str(draw.randrange(2)) if kind is ObservedKind.REGISTERED else ""
        born_ms = at_ms if net else AT - DAY_MS
        found.append(
            Observed(number, at_ms, kind, account, born_ms, AgeBand.ADULT, other, count=draw.randrange(9), network=net)
        )
    return found


class Stream:
    """A `Source` that is there in whole."""

    def __init__(self, observed: Sequence[Observed]) -> None:
        self._observed = observed

    def after(self, number: int, most: int) -> Sequence[Observed]:
        return self._observed[number : number + most]


class Acting:
    """A `Sink` in the same database: what was acted upon, and how often anybody acted."""

    def __init__(self, db: Db) -> None:
        self._db = db
        db.execute(
            "CREATE TABLE IF NOT EXISTS acted (version, rule, account, day, UNIQUE (version, rule, account, day))"
        )

    def take(self, hit: Hit) -> None:
        for rule in RULES.held(hit.hits):
            self._db.execute(
                "INSERT OR IGNORE INTO acted VALUES (?, ?, ?, ?)",
                (hit.version, rule.name, hit.account, hit.at_ms // DAY_MS),
            )


def acted(db: Db) -> list[tuple[object, ...]]:
    return list(db.execute("SELECT version, rule, account, day FROM acted ORDER BY 1, 2, 3, 4"))


def opened(path: Path) -> Db:
    db = sqlcipher.connect(str(path), isolation_level=None)
    db.execute("PRAGMA journal_mode = WAL")
    migrations.apply(db)
    return db


def runner(db: Db, observed: Sequence[Observed], keep_after: int = 300) -> Runner:
    driver = InDesk(db)
    return Runner(
        Stream(observed), driver, Acting(db), lambda: IN_FORCE, Known(), driver.marks(lambda n: b"k" * n), lambda: NOW,
        keep_after=keep_after,
    )  # fmt: skip


def marks() -> Marks:
    return Marks(b"k" * 32)


def pages(one: Runner, most: int = 50) -> Iterator[int]:
    while counted := one.work(most):
        yield counted


def main() -> None:
    """A process that counts until it is killed: `python -m tests.desk.signals.running.running_parts FILE COUNT`."""
    one = runner(opened(Path(sys.argv[1])), stream(int(sys.argv[2])))
    for _ in pages(one):
        sys.stdout.write("page\n")
        sys.stdout.flush()
    one.keep()
    sys.stdout.write("done\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
