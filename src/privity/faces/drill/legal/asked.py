# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The invented requests of the drill, as whoever asks would write them down, and the agencies that send them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

from privity.desk.legal.agencies.model import Found
from privity.desk.legal.rulebook.names import FACTS, Kind
from privity.production.classes import Never, Releasable

ALL: Final = [each.value for each in Releasable]
EVERYTHING: Final = [*ALL, *(each.value for each in Never)]
RANGE_DAYS: Final = 30

AGENCIES: Final[Mapping[str, Found]] = {
    "US": Found(
        "Bureau of Lost Teapots",
        "US",
        "federal_court",
        "teapots.example",
        "+1 202 555 0100",
        "an invented register of courts",
        "https://register.example/us/17",
    ),
    "AT": Found(
        "Teapot Prosecution of Example",
        "AT",
        "public_prosecutor",
        "kannen.example",
        "+43 1 555 0100",
        "an invented list of notified authorities",
        "https://register.example/at/17",
    ),
    "GB": Found(
        "Office of Overseas Teapots",
        "GB",
        "crown_court_judge",
        "pots.example",
        "+44 20 5555 0100",
        "an invented list of designated authorities",
        "https://register.example/gb/17",
    ),
    "NO": Found(
        "Ministry of Kettles",
        "NO",
        "own_state_central_authority",
        "kjeler.example",
        "+47 22 55 01 00",
        "an invented list of central authorities",
        "https://register.example/no/17",
    ),
}
"""By country, as invented registers name them."""


@dataclass(frozen=True, slots=True)
class Asked:
    """`line` says it in one line. `noticed` is what only somebody of the house can know and a clerk writes down."""

    line: str
    country: str
    facts: Mapping[str, Any]
    noticed: Mapping[str, Any] = field(default_factory=dict)

    def encode(self) -> bytes:
        """The file: JSON is YAML, too."""
        return json.dumps(self.facts, sort_keys=True).encode()

    def seen(self) -> dict[str, Any]:
        """What a clerk who looked at it writes down: which documents and signatures really are there, and the rest."""
        there = {name: True for name, value in self.facts.items() if value is True and FACTS[name].kind is Kind.SHOWN}
        return {"flags": [], "language_ok": True, "sent_to_contact_point": True, **there, **self.noticed}


def common(today: date, handle: str, classes: list[str], **more: Any) -> dict[str, Any]:
    """What every request says."""
    return {
        "requester_kind": "authority",
        "expires_on": "never",
        "gag_requested": False,
        "asks": ["disclose"],
        "targets": [{"kind": "handle", "value": handle}],
        "classes": classes,
        "time_range": {"from": str(today - timedelta(days=RANGE_DAYS)), "to": str(today)},
        "agency": "as the register has it",
        "officer": "Olga Officer",
        "offence": "theft of an invented teapot",
        "contact": "desk 4",
        **more,
    }


def warrant(today: date, handle: str, line: str, classes: list[str] = ALL, **more: Any) -> Asked:
    """Of a court of the United States, for everything that is held."""
    facts = {
        "instrument": "us.sca.warrant",
        "issuing_country": "US",
        "authority_kind": "federal_court",
        "court": "Court of Example",
        "judge": "J. Invented",
        "docket": "26-mj-17",
        "signature": True,
        "judicial_signature": True,
        "probable_cause_finding": True,
        "issue_date": str(today),
        "foreign_law_conflict": False,
        **common(today, handle, classes),
        **more,
    }
    return Asked(line, "US", facts)


def preserve(today: date, handle: str, line: str) -> Asked:
    facts = common(today, handle, ALL, asks=["preserve"])
    facts |= {"instrument": "us.sca.2703f", "issuing_country": "US", "authority_kind": "prosecutor", "signature": True}
    return Asked(line, "US", facts)


def emergency(today: date, handle: str, line: str) -> Asked:
    facts = common(today, handle, ["subscriber", "session_ip"])
    facts |= {
        "instrument": "us.sca.emergency",
        "issuing_country": "US",
        "authority_kind": "federal_agency",
        "supervisor": "Sam Supervisor",
        "threat_nature": "a kettle without a valve",
        "threat_kind": "serious_physical_injury",
        "who_is_at_risk": "a guest",
        "why_no_process_in_time": "tea is at five",
        "how_data_averts": "the host can be found",
        "attestation_penalty": True,
        "signature": True,
        "event_age_hours": 2,
        "contact": "desk@teapots.example, call +1 202 555 0199",
    }
    return Asked(line, "US", facts)


def production_order(today: date, handle: str, line: str) -> Asked:
    """A European Production Order Certificate for traffic data, issued by a prosecutor alone."""
    facts = common(today, handle, ["account_state", "delivery_metadata"])
    facts |= {
        "instrument": "eu.epoc",
        "issuing_country": "AT",
        "authority_kind": "public_prosecutor",
        "issuing_authority": "Teapot Prosecution of Example",
        "addressee": "the operator",
        "criminal_law_provisions": "section 17 of the Teapot Act",
        "delivery_destination": "the decentralised system",
        "emergency": False,
        "annex_I_form": True,
        "max_penalty_years": 5,
        "enforcing_authority_notified": True,
        "enforcing_period_open": False,
        "enforcing_refusal_raised": False,
        "third_country_conflict": False,
    }
    return Asked(line, "AT", facts, {"signature_qualified": True, "channel": "decentralised_it_system"})


def overseas_order(today: date, handle: str, line: str) -> Asked:
    """An overseas production order of the United Kingdom about a person whom the agreement protects."""
    facts = common(today, handle, ["content_profile", "content_reported"])
    facts |= {
        "instrument": "ukus.opo",
        "issuing_country": "GB",
        "authority_kind": "crown_court_judge",
        "judge": "J. Invented",
        "judicial_signature": True,
        "order_date": str(today - timedelta(days=20)),
        "designated_agreement": True,
        "service_by_designated_authority": True,
        "agreement_invocation_statement": True,
        "compliance_certification": True,
        "served_by": "secretary_of_state",
        "max_penalty_years": 5,
        "non_us_target_statement": True,
        "target_status": ["us_person"],
        "target_location": "Boston",
    }
    return Asked(line, "GB", facts, {"excepted_data_suspected": False})


def treaty(today: date, handle: str, line: str) -> Asked:
    """Mutual legal assistance that the operator's own State has not executed."""
    facts = common(today, handle, ["subscriber"])
    facts |= {
        "instrument": "any.mlat",
        "issuing_country": "NO",
        "authority_kind": "own_state_central_authority",
        "legal_basis": "an invented treaty",
    }
    return Asked(line, "NO", facts)
