# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""One valid request of each instrument, to which a rulebook in force gives all; and an operator whom all bind."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, Final

from privity.desk.legal.rulebook import facts as reading
from privity.desk.legal.rulebook.facts import Facts
from privity.desk.legal.rulebook.loading import shipped
from privity.desk.legal.rulebook.model import NamesOthers, Review, Rulebook, Status
from privity.desk.legal.rulebook.predicates import Condition
from privity.desk.legal.rulebook.profile import Profile
from privity.production.classes import Releasable

TODAY: Final = date(2026, 11, 26)
RULEBOOK: Final = shipped()
PROFILE: Final = Profile(
    established_in=("IE", "US", "GB"),
    represented_in=("DE", "FR"),
    us_jurisdiction=True,
    offers_services_in_eu=True,
    designated_state="IE",
    provider_2258e=True,
    holds=dict.fromkeys(Releasable, 30),
)
REVIEW: Final = Review(("Ada Example", "Bo Example"), TODAY)

_TARGET: Final = [{"kind": "handle", "value": "pot.collector"}]
_ALL: Final = [each.value for each in Releasable]
_COMMON: Final[Mapping[str, Any]] = {
    "requester_kind": "authority",
    "requester_verified": True,
    "received_on": "2026-11-24",
    "expires_on": "never",
    "gag_requested": False,
    "flags": [],
    "asks": ["disclose"],
    "targets": _TARGET,
    "time_range": {"from": "2026-10-01", "to": "2026-10-31"},
    "agency": "Teapot Inspectorate",
    "officer": "Pat Example",
    "offence": "theft of a teapot",
    "contact": "desk 4",
}
_AGREEMENT: Final[Mapping[str, Any]] = {
    "judge": "J. Example",
    "judicial_signature": True,
    "order_date": "2026-11-02",
    "service_by_designated_authority": True,
    "agreement_invocation_statement": True,
    "compliance_certification": True,
    "max_penalty_years": 5,
    "target_status": ["neither"],
}
_COURT: Final[Mapping[str, Any]] = {
    "issuing_country": "US",
    "authority_kind": "federal_court",
    "court": "Court of Example",
    "judge": "J. Example",
    "docket": "26-mj-17",
    "signature": True,
    "judicial_signature": True,
}
_EU: Final[Mapping[str, Any]] = {
    "issuing_country": "AT",
    "authority_kind": "judge",
    "issuing_authority": "Court of Example",
    "addressee": "the operator",
    "criminal_law_provisions": "section 17 of the Teapot Act",
    "signature_qualified": True,
    "delivery_destination": "the decentralised system",
    "emergency": False,
    "channel": "decentralised_it_system",
}

BASES: Final[Mapping[str, Mapping[str, Any]]] = {
    "us.sca.subpoena": {
        "issuing_country": "US",
        "authority_kind": "state_agency",
        "badge_or_id": "0417",
        "legal_process_document": True,
        "signature": True,
        "classes": ["subscriber", "session_ip"],
        "return_date": "2026-12-08",
        "investigation_ref": "TI-17",
    },
    "us.sca.2703d": {
        **_COURT,
        "classes": ["subscriber", "session_ip", "account_state", "delivery_metadata"],
        "specific_and_articulable_facts_finding": True,
    },
    "us.sca.warrant": {
        **_COURT,
        "classes": _ALL,
        "probable_cause_finding": True,
        "issue_date": "2026-11-20",
        "foreign_law_conflict": False,
    },
    "us.sca.2703f": {
        "issuing_country": "US",
        "authority_kind": "prosecutor",
        "asks": ["preserve"],
        "classes": _ALL,
        "signature": True,
    },
    "us.sca.emergency": {
        "issuing_country": "US",
        "authority_kind": "federal_agency",
        "supervisor": "Sam Example",
        "callback_number_source": "the directory of agencies",
        "classes": ["subscriber", "session_ip", "account_state"],
        "threat_nature": "a kettle without a valve",
        "threat_kind": "serious_physical_injury",
        "who_is_at_risk": "a guest",
        "why_no_process_in_time": "tea is at five",
        "how_data_averts": "the host can be found",
        "attestation_penalty": True,
        "signature": True,
        "callback_done": True,
        "event_age_hours": 2,
        "first_contact_agency": False,
    },
    "us.ncmec.preservation": {
        "issuing_country": "US",
        "requester_kind": "provider",
        "authority_kind": "provider_own_report",
        "asks": ["preserve"],
        "cybertip_report_id": "1",
        "submitted_at": "2026-11-23",
        "report_contents_hash": "a" * 64,
        "viewed_by_provider": False,
        "classes": _ALL,
    },
    "ukus.opo": {
        **_AGREEMENT,
        "issuing_country": "GB",
        "authority_kind": "crown_court_judge",
        "designated_agreement": True,
        "served_by": "secretary_of_state",
        "non_us_target_statement": True,
        "target_location": "Leeds",
        "excepted_data_suspected": False,
        "classes": ["content_profile", "content_reported"],
    },
    "auus.ipo": {
        **_AGREEMENT,
        "issuing_country": "AU",
        "authority_kind": "au_judge",
        "served_by": "australian_designated_authority",
        "non_us_target_statement": True,
        "classes": _ALL,
    },
    "us.outbound.uk": {
        **_AGREEMENT,
        "issuing_country": "US",
        "authority_kind": "federal_court",
        "classes": ["subscriber"],
    },
    "eu.epoc": {
        **_EU,
        "annex_I_form": True,
        "classes": _ALL,
        "max_penalty_years": 5,
        "enforcing_authority_notified": True,
        "enforcing_period_open": False,
        "enforcing_refusal_raised": False,
        "third_country_conflict": False,
    },
    "eu.epoc_pr": {**_EU, "annex_II_form": True, "asks": ["preserve"], "classes": _ALL},
    "eu.dsa.art10": {
        "issuing_country": "AT",
        "authority_kind": "national_administrative",
        "legal_basis": "section 3 of the Teapot Act",
        "issuing_authority": "Teapot Office",
        "statement_of_reasons_or_exemption": True,
        "redress_info": "the court of Example",
        "language_ok": True,
        "sent_to_contact_point": True,
        "classes": ["subscriber"],
    },
    "de.stpo": {
        "issuing_country": "DE",
        "authority_kind": "court",
        "judicial_signature": True,
        "legal_basis": "StPO 100k",
        "text_form": True,
        "classes": _ALL,
    },
    "fr.cpp": {
        "issuing_country": "FR",
        "authority_kind": "procureur",
        "legal_basis": "CPP 77-1-1",
        "procedure_number": "17",
        "fr_case": "delit_3y",
        "classes": ["subscriber", "session_ip", "account_state", "delivery_metadata"],
    },
    "any.mlat": {
        "issuing_country": "IE",
        "authority_kind": "own_state_central_authority",
        "executing_instrument_id": "MLA-17",
        "classes": ["subscriber"],
    },
    "any.foreign_direct": {
        "issuing_country": "NO",
        "authority_kind": "foreign_agency",
        "legal_basis": "section 3 of the Teapot Act",
        "classes": ["subscriber"],
    },
    "user.disclosure": {
        "requester_kind": "participant",
        "authority_kind": "participant",
        "participant_auth_webauthn": True,
        "conversation_id": "17",
        "message_selection": True,
        "purpose": "a complaint",
        "recipient": "the Teapot Inspectorate",
        "informed_consent": True,
        "exporter_was_member": True,
        "initiated_by": "participant",
    },
}


def base(instrument: str, change: Mapping[str, Any] = MappingProxyType({}), drop: Iterable[str] = ()) -> dict[str, Any]:
    """The valid request of an instrument with some facts changed or left out, as a file would say it."""
    merged = {"instrument": instrument, **_COMMON, **BASES[instrument], **change}
    return {name: value for name, value in merged.items() if name not in frozenset(drop)}


def facts(instrument: str, change: Mapping[str, Any] = MappingProxyType({}), drop: Iterable[str] = ()) -> Facts:
    return reading.read(base(instrument, change, drop))


def reviewed(rulebook: Rulebook = RULEBOOK, review: Review = REVIEW) -> Rulebook:
    """The same rulebook in force."""
    instruments = {name: dataclasses.replace(each, review=review) for name, each in rulebook.instruments.items()}
    return dataclasses.replace(rulebook, status=Status.ACTIVE, review=review, instruments=MappingProxyType(instruments))


def naming(
    instrument: str, *classes: Releasable, when: Condition | None = None, rulebook: Rulebook | None = None
) -> Rulebook:
    """A rulebook, as an operator may have it, by which an order of one instrument may have others named."""
    before = ACTIVE if rulebook is None else rulebook
    allowed = NamesOthers(frozenset(classes), when, ("a test",), MappingProxyType({"all": "policy"}), ("a test",))
    changed = dataclasses.replace(before.instruments[instrument], names_others=allowed)
    return dataclasses.replace(before, instruments=MappingProxyType({**before.instruments, instrument: changed}))


NAMES: Final[Mapping[str, Any]] = {
    "names_third_parties": True,
    "names_third_parties_at": "page 2: the records of all who wrote to the account, with their names",
}
"""What an order says that has others named."""

ACTIVE: Final = reviewed()
