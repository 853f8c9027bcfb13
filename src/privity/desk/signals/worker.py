# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity desk signals run`: a process that counts and asks rules, and can open nothing else of the desk's."""

from __future__ import annotations

import os
import secrets
import threading
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Final

import psycopg
import structlog

from privity.desk.signals.ladder.catalogue import CATALOGUE
from privity.desk.signals.ladder.protection import LOOKS_AT
from privity.desk.signals.language.errors import RuleError
from privity.desk.signals.language.rule_set import RuleSet, compile_rules
from privity.desk.signals.running.connecting import connected
from privity.desk.signals.running.errors import StoreUnreachable
from privity.desk.signals.running.owning import Owning
from privity.desk.signals.running.postgres import OWNED_S
from privity.desk.signals.running.postgres_store import Connected
from privity.desk.signals.running.sealing import Sealing
from privity.desk.signals.running.told import Told, alike

LOOK_S: Final = 0.5
"""Between two looks for observations while there are none."""
FIRST_PAUSE_S: Final = 1.0
MOST_PAUSE_S: Final = 30.0

log: Final = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Asked:
    """One version of rules (`hits.InForce`)."""

    number: int
    rules: RuleSet = field(repr=False)


class Compiled:
    """Rules of what the desk told, compiled once."""

    def __init__(self) -> None:
        self._sets: dict[str, RuleSet | None] = {}

    def __call__(self, told: Told) -> Sequence[Asked]:
        """What this version of the language does not take is left out, as at the desk."""
        self._sets = {text: self._compiled(text) for _, text in told.versions}
        return tuple(Asked(number, rules) for number, text in told.versions if (rules := self._sets[text]) is not None)

    def _compiled(self, text: str) -> RuleSet | None:
        if text in self._sets:
            return self._sets[text]
        try:
            return compile_rules(text, CATALOGUE)
        except RuleError as err:
            log.error("desk.rules_refused", name=type(err).__name__)
            return None


@dataclass(slots=True)
class Worker:
    """Connects, counts, and connects anew.

    Attributes:
        address: Of the database; a password may stand in it.
        most: Partitions at a time.
        accounts: About which it counts at once, of each partition.
    """

    address: str = field(repr=False)
    key: bytes = field(repr=False)
    most: int
    accounts: int
    stop: threading.Event = field(default_factory=threading.Event)
    owned_s: float = OWNED_S
    _failures: int = 0

    def run(self) -> None:
        """Until `stop` is set; then everything is kept and let go.

        Raises SignalsStoreError; StoreUnreachable is none that ends it.
        """
        while not self.stop.is_set():
            try:
                with closing(connected(self.address, f"counts {secrets.token_hex(4)}")) as db:
                    self._count(db)
            except (psycopg.Error, StoreUnreachable) as err:
                pause_s = min(MOST_PAUSE_S, FIRST_PAUSE_S * 2.0 ** min(self._failures, 16))
                self._failures += 1
                log.warning("desk.signals_store", reason=type(err).__name__, retry_in_s=pause_s)
                self.stop.wait(pause_s)

    def _count(self, db: Connected) -> None:
        owning = Owning(
            db,
            Sealing(self.key, os.urandom),
            self.most,
            Compiled(),
            alike(CATALOGUE.digest),
            LOOKS_AT,
            time.monotonic,
            self.accounts,
            self.owned_s,
        )
        while not self.stop.is_set():
            if not owning.turn():
                self.stop.wait(LOOK_S)
            self._failures = 0
        owning.leave()
