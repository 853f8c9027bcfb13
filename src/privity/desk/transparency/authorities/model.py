# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Counts of requests of authorities: exact ones, which are compared and never published, and the lines that are.

What is published is made from the exact counts in one place (`grouping`).
"""

from __future__ import annotations

import msgspec


class AskedRow(msgspec.Struct, frozen=True, order=True):
    """Requests by who asks and by what. Each counts once under each heading in which it came to something."""

    country: str
    instrument: str
    emergency: bool
    received: int
    """It became known who asks."""
    targets: int
    rejected: int
    clarified: int
    challenged: int
    referred: int
    narrowed: int
    """By a person, below what the rulebook would have given."""
    produced_in_full: int
    produced_in_part: int
    nothing_held: int
    """Answered with a package that holds nothing, because there was nothing."""
    preserved: int
    accounts: int
    """That something was produced about."""


class ClassRow(msgspec.Struct, frozen=True, order=True):
    """Requests that asked for a class of data, and what became of it."""

    data_class: str
    asked: int
    released: int
    denied: int
    not_held: int
    preserved: int


class CodeRow(msgspec.Struct, frozen=True, order=True):
    """Why requests were rejected: by which rule, or on which ground a person names."""

    of: str
    """`rule` or `ground`."""
    code: str
    count: int


class WaitRow(msgspec.Struct, frozen=True, order=True):
    """From when a request came to its answer, in hours."""

    what: str
    """`produced`, `rejected` or `preserved`."""
    instrument: str
    """Empty: all of them."""
    count: int
    median_h: float
    max_h: float


class HoldsRow(msgspec.Struct, frozen=True, order=True):
    """What is kept apart, by why it is."""

    kind: str
    ordered: int
    taken: int
    renewed: int
    ended_by_time: int
    produced: int
    withdrawn: int


class EpocRow(msgspec.Struct, frozen=True, order=True):
    """As Article 28(4) of Regulation (EU) 2023/1543 asks: by type of data, Member State and situation."""

    instrument: str
    state: str
    emergency: bool
    data_type: str
    received: int
    fulfilled: int
    not_fulfilled: int
    mean_h: float | None
    """From its receipt until the data were there, or, of a preservation, until the request to produce them came."""
    timed: int
    """How many that is the mean of."""


class OrdersRow(msgspec.Struct, frozen=True, order=True):
    """Orders of one Member State to provide information, as the template of the Digital Services Act counts them.

    The law asks for these numbers as they are, so that none is grouped.
    """

    state: str
    """Empty: all of them."""
    received: int
    informed_h: float | None
    """Until the authority knew that it came; None where any came on paper, for which the log knows no such time."""
    effect_h: float | None


class Notices(msgspec.Struct, frozen=True):
    """Who was told, who may not be yet, and what they objected."""

    people: int = 0
    told: int = 0
    nobody: int = 0
    authority_informs: int = 0
    gagged: int = 0
    """Requests of which a notice was barred, each once, when it was barred first."""
    gag_days: float | None = None
    """Median, from the first bar to the end of the last that is known."""
    objections: int = 0
    turned_away: int = 0
    goes_on: int = 0
    narrowed: int = 0
    stopped: int = 0


class Fraud(msgspec.Struct, frozen=True):
    """Attempts that were found."""

    forged: int = 0
    unverified: int = 0
    """Ended because nobody could find out who asks."""
    checks_failed: int = 0
    passkeys_copied: int = 0
    marked: int = 0
    """Domains, numbers and addresses of impostors that were written down."""


class Exact(msgspec.Struct, frozen=True):
    """Everything, to the last request. It leaves this process for the comparison alone."""

    ever: bool = False
    """Whether anything was ever filed, in this period or before."""
    filed: int = 0
    asked: list[AskedRow] = []
    classes: list[ClassRow] = []
    rejected: list[CodeRow] = []
    waited: list[WaitRow] = []
    holds: list[HoldsRow] = []
    notices: Notices = Notices()
    fraud: Fraud = Fraud()
    capability_asked: int = 0
    """Requests that ask for an ability that does not exist here."""
    capability_refused: int = 0
    fetched: int = 0
    epoc: list[EpocRow] = []
    orders: list[OrdersRow] = []
    national_security: int = 0
    """Requests that a law of the United States lets count in bands alone; in no row above."""
    national_security_targets: int = 0
    counted: dict[str, int] = {}
    """Every request, the secret ones with them, in the words of `store.counted`."""


class Line(msgspec.Struct, frozen=True):
    """One number that is published. `value` is a number, or words such as "fewer than 3"."""

    section: str
    what: str
    value: int | float | str
    unit: str = "requests"
    country: str = ""
    instrument: str = ""
    emergency: str = ""
    data_class: str = ""
    code: str = ""
