# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What of a request the audit log says, so that it can be counted: codes of the house's own, and no word of a request.

What the law lets nobody tell apart is not told apart in the log either.
"""

from __future__ import annotations

from typing import Final

from privity.desk.audit.entry import Said
from privity.desk.legal.requests.model import LegalRequest
from privity.desk.legal.rulebook.facts import Facts
from privity.desk.legal.rulebook.model import Rulebook
from privity.desk.legal.rulebook.names import FACTS

NATIONAL_SECURITY: Final = "us.national_security"
"""Whatever the United States let a provider count in bands alone."""
NOT_TO_BE_TOLD: Final = "not_to_be_told"
"""What nobody may say that there is: it is counted nowhere."""

_TOGETHER: Final = {
    "nsl": NATIONAL_SECURITY,
    "fisa": NATIONAL_SECURITY,
    "ipa_tcn": NOT_TO_BE_TOLD,
    "ipa_ncn": NOT_TO_BE_TOLD,
    "au_tcn": NOT_TO_BE_TOLD,
    "secret_assistance": NOT_TO_BE_TOLD,
}
"""Instruments that have no rules of their own, as the rulebook's G08 names them."""


def codes(rulebook: Rulebook, request: LegalRequest, known: Facts | None) -> dict[str, Said]:
    """None: what came cannot be read, and nobody has set its facts."""
    if known is None:
        return {"emergency": request.emergency}
    return {
        "emergency": request.emergency,
        "instrument": instrument_of(rulebook, known),
        "country": known.text("issuing_country") or "",
        "classes": sorted(known.words("classes") & FACTS["classes"].words),
        "asks": sorted(known.words("asks") & FACTS["asks"].words),
        "targets": len(known.targets()),
        "secrecy": known.shown("gag_requested"),
    }


def instrument_of(rulebook: Rulebook, known: Facts) -> str:
    """Empty where the rulebook knows no instrument of this name."""
    named = known.text("instrument") or ""
    return _TOGETHER.get(named, named if named in rulebook.instruments else "")
