# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Which ground of the picklist each rule of the rulebook stands for, so that a refusal follows from its verdict."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from privity.desk.legal.requests.model import Ground
from privity.desk.legal.rulebook.model import Action, Finding, Looked, Verdict

REFUSES: Final = frozenset({Action.REJECT, Action.NARROW})
"""What a rule has to ask for to be a ground by itself."""

_CODES: Final[Mapping[Ground, str]] = {
    Ground.WRONG_AUTHORITY: "D-AUTHORITY D-JUDGE D-COUNTRY US-D1 US-W1 UK-1 EU-1 EU-13 EU-14 EP-3 DE-2 FR-2 PD-2",
    Ground.WRONG_CLASS: "D-CLASS D-IP G13 US-S1 US-D2 US-F1 US-N1 UK-6 EP-1 FR-1 FD-1",
    Ground.BELOW_THRESHOLD: "US-E1 US-E3 UK-3 AU-2 EU-2",
    Ground.NO_IDENTIFIER: "G03",
    Ground.OVERBROAD_TIME: "G12",
    Ground.OVERBROAD_TARGETS: "G11",
    Ground.EXPIRED: "G06 UK-2 US-W2 D-TERM",
    Ground.NOT_HELD: "D-NOTHING DE-3",
    Ground.IMPOSSIBLE: "PD-1",
    Ground.CONFLICT_OF_LAWS: "UK-4 UK-5 AU-3 AU-4 UO-1 EU-7 EU-10 US-W3",
    Ground.IMPROPER_CHANNEL: "AU-1 ML-1 EU-4 D-BINDING",
    Ground.SECRECY_DEFECT: "G09",
    Ground.ASKS_FOR_CAPABILITY: "G01 G02 US-F2 DSA-1",
    Ground.FACTS_MISSING: "D-REQUIRED D-UNDECIDED D-FUTURE G04 EU-3 EU-6 EU-11 EP-2 DSA-2 DE-1 US-N2",
}
BY_CODE: Final[Mapping[str, Ground]] = {code: ground for ground, codes in _CODES.items() for code in codes.split()}

BY_FLAG: Final[Mapping[str, Ground]] = {
    **dict.fromkeys(("lawyer", "clergy", "medical", "legislator"), Ground.PRIVILEGE),
    **dict.fromkeys(("journalist", "political_speech"), Ground.PRESS_FREEDOM),
}
"""What a person noticed that may become a ground. Whether it does a reviewer says, and no rule."""


def grounds_of(verdict: Verdict) -> tuple[Ground, ...]:
    """The grounds that the rules of a verdict give, each once, in the order of the picklist."""
    found = {BY_CODE[each.code] for each in findings_of(verdict) if each.action in REFUSES and each.code in BY_CODE}
    return tuple(ground for ground in Ground if ground in found)


def findings_of(verdict: Verdict) -> tuple[Finding, ...]:
    """What fired, in a verdict of a rulebook that is in force or in what one that is none would be."""
    ruling = verdict.would_be or verdict
    return tuple(each for each in ruling.trace if each.looked is Looked.FIRED)
