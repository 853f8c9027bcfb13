# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The name, the kind and the words of every fact that a rule may ask for, and what each says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from privity.production.classes import Never, Releasable


class Kind(StrEnum):
    """Of what kind a fact is."""

    TEXT = "text"
    SHOWN = "shown"
    """Something that is there: true. False says as much as its absence."""
    FLAG = "flag"
    """True or false, and either had to be looked for."""
    COUNT = "count"
    DAY = "day"
    DAY_OR_NEVER = "day or never"
    WORD = "word"
    COUNTRY = "country"
    WORDS = "words"
    """Several words; none says that there are none."""
    SOME_WORDS = "at least one word"
    """Several words; none says as much as its absence."""
    DAYS = "days"
    TARGETS = "targets"


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact that rules may ask for."""

    kind: Kind
    says: str
    """Completes "it is not known ..." and "expected: ...": what the fact tells."""
    words: frozenset[str] = frozenset()
    """All that it may say, for facts of words."""
    worked_out: bool = False
    """Worked out from other facts; nobody states it."""


def _words(says: str, words: str, kind: Kind = Kind.WORD, worked_out: bool = False) -> Fact:
    return Fact(kind, says, frozenset(words.split()), worked_out)


_JUDGES: Final = "judge court investigating_judge"
_AUTHORITIES: Final = (
    f"{_JUDGES} public_prosecutor police investigating_authority prosecutor federal_agency state_agency grand_jury "
    "federal_court state_court foreign_agency provider_own_report crown_court_judge high_court_of_justiciary_judge "
    "sheriff judge_advocate au_judge au_nominated_tribunal_member national_judicial national_administrative "
    "procureur opj apj_under_control juge_instruction own_state_central_authority own_state_court participant "
    "guardian_of_minor_participant visible_archive_owner"
)
_ASKS: Final = (
    "disclose preserve decrypt keys add_participant silent_device modify_client weaken_update scan_client "
    "targeted_directory_key realtime prospective future_data collect_new_data passwords ciphertext_held"
)
_FLAGS: Final = (
    "journalist lawyer clergy medical legislator political_speech refugee_from_issuer dual_criminality_doubt "
    "death_penalty"
)
TARGETS: Final = (
    "handle account contact device message ip_port_time name keyword area content_hash ip_range all_users group_members"
)
_CLASSES: Final = frozenset([*Releasable, *Never])

_STATED: Final[Mapping[str, Fact]] = {
    "instrument": Fact(Kind.TEXT, "which instrument of the rulebook it is"),
    "issuing_country": Fact(Kind.COUNTRY, "which country it comes from"),
    "requester_kind": _words("who asks", "authority provider participant private_party civil_litigant defence_counsel"),
    "requester_verified": Fact(Kind.FLAG, "whether the requester was verified by another way than the request itself"),
    "authority_kind": _words("what kind of authority issued it", _AUTHORITIES),
    "validated_by": _words("who validated it", f"{_JUDGES} public_prosecutor"),
    "served_by": _words(
        "who served it",
        "secretary_of_state lord_advocate australian_designated_authority us_designated_authority police issuing_court",
    ),
    "channel": _words("which way it came", "decentralised_it_system agency_account post email"),
    "received_on": Fact(Kind.DAY, "on which day it was received"),
    "asks": _words("what it asks for besides data", _ASKS, Kind.WORDS),
    "classes": Fact(Kind.SOME_WORDS, "which classes of data it asks for", _CLASSES),
    "targets": Fact(Kind.TARGETS, "whom it is about"),
    "time_range": Fact(Kind.DAYS, "which days it is about"),
    "flags": _words("what a person noticed that calls for counsel", _FLAGS, Kind.WORDS),
    "agency": Fact(Kind.TEXT, "which agency asks"),
    "officer": Fact(Kind.TEXT, "which officer asks"),
    "supervisor": Fact(Kind.TEXT, "which supervisor answers for it"),
    "badge_or_id": Fact(Kind.TEXT, "the officer's number"),
    "contact": Fact(Kind.TEXT, "whom to ask about it"),
    "investigation_ref": Fact(Kind.TEXT, "the agency's own reference"),
    "procedure_number": Fact(Kind.TEXT, "the number of the procedure"),
    "legal_basis": Fact(Kind.TEXT, "which provision it cites"),
    "issuing_authority": Fact(Kind.TEXT, "which authority issued it"),
    "addressee": Fact(Kind.TEXT, "to whom it is addressed"),
    "court": Fact(Kind.TEXT, "which court issued it"),
    "judge": Fact(Kind.TEXT, "which judge issued it"),
    "docket": Fact(Kind.TEXT, "the number at the court"),
    "offence": Fact(Kind.TEXT, "which offence it is about"),
    "criminal_law_provisions": Fact(Kind.TEXT, "which provisions of criminal law apply"),
    "delivery_destination": Fact(Kind.TEXT, "where to deliver"),
    "executing_instrument_id": Fact(Kind.TEXT, "which instrument of the operator's own State executes it"),
    "alt_channel_reason": Fact(Kind.TEXT, "why it came another way"),
    "emergency_reasons": Fact(Kind.TEXT, "why it is an emergency"),
    "gag_basis": Fact(Kind.TEXT, "which law or order asks for secrecy"),
    "threat_nature": Fact(Kind.TEXT, "what is about to happen"),
    "who_is_at_risk": Fact(Kind.TEXT, "who is at risk"),
    "why_no_process_in_time": Fact(Kind.TEXT, "why no order can be had in time"),
    "how_data_averts": Fact(Kind.TEXT, "how the data would avert it"),
    "callback_number_source": Fact(Kind.TEXT, "from which official register the number to call back was taken"),
    "cybertip_report_id": Fact(Kind.TEXT, "the number of the report to the clearinghouse"),
    "report_contents_hash": Fact(Kind.TEXT, "the hash of what was reported"),
    "redress_info": Fact(Kind.TEXT, "what may be done against it"),
    "names_third_parties_at": Fact(Kind.TEXT, "on which page, and in which words, the order has other people named"),
    "target_location": Fact(Kind.TEXT, "where the person it is about is"),
    "domestic_case_statement": Fact(Kind.TEXT, "why the State of enforcement need not be notified"),
    "conversation_id": Fact(Kind.TEXT, "which conversation it is about"),
    "purpose": Fact(Kind.TEXT, "what it is for"),
    "recipient": Fact(Kind.TEXT, "who is to have it"),
    "return_date": Fact(Kind.DAY, "until when it is to be answered"),
    "issue_date": Fact(Kind.DAY, "on which day it was issued"),
    "order_date": Fact(Kind.DAY, "on which day the order was made"),
    "expires_on": Fact(Kind.DAY_OR_NEVER, "when it expires, which may be never"),
    "gag_until": Fact(Kind.DAY, "until when it is to stay secret"),
    "submitted_at": Fact(Kind.DAY, "on which day the report was submitted"),
    "max_penalty_years": Fact(Kind.COUNT, "the longest sentence in years"),
    "event_age_hours": Fact(Kind.COUNT, "how many hours ago the danger began"),
    "legal_process_document": Fact(Kind.SHOWN, "whether the document itself is there"),
    "signature": Fact(Kind.SHOWN, "whether it is signed"),
    "signature_qualified": Fact(Kind.SHOWN, "whether it bears a valid qualified signature or seal"),
    "judicial_signature": Fact(Kind.SHOWN, "whether a judge signed it"),
    "text_form": Fact(Kind.SHOWN, "whether it is in text form"),
    "annex_I_form": Fact(Kind.SHOWN, "whether it is on the form for production orders"),
    "annex_II_form": Fact(Kind.SHOWN, "whether it is on the form for preservation orders"),
    "specific_and_articulable_facts_finding": Fact(
        Kind.SHOWN, "whether the court found specific and articulable facts"
    ),
    "probable_cause_finding": Fact(Kind.SHOWN, "whether the court found probable cause"),
    "attestation_penalty": Fact(Kind.SHOWN, "whether the officer attests to it under penalty"),
    "callback_done": Fact(Kind.SHOWN, "whether the supervisor was called back and confirmed it"),
    "designated_agreement": Fact(Kind.SHOWN, "whether it names the designated agreement"),
    "service_by_designated_authority": Fact(Kind.SHOWN, "whether the designated authority served it"),
    "agreement_invocation_statement": Fact(Kind.SHOWN, "whether it invokes the agreement in writing"),
    "compliance_certification": Fact(Kind.SHOWN, "whether it is certified to comply with the agreement"),
    "non_us_target_statement": Fact(Kind.SHOWN, "whether it says that it is about nobody whom the agreement protects"),
    "statement_of_reasons_or_exemption": Fact(Kind.SHOWN, "whether it says why, or why it need not"),
    "names_third_parties": Fact(Kind.SHOWN, "whether the order itself says that other people are to be named"),
    "language_ok": Fact(Kind.SHOWN, "whether it is in a language that the operator accepts"),
    "sent_to_contact_point": Fact(Kind.SHOWN, "whether it came to the operator's contact point"),
    "listed_offence": Fact(Kind.SHOWN, "whether the offence is one of those listed"),
    "custodial_execution_case": Fact(
        Kind.SHOWN, "whether it is to execute a custodial sentence of four months or more"
    ),
    "identification_only": Fact(Kind.SHOWN, "whether it is only to identify somebody"),
    "exigent_prosecutor_order": Fact(Kind.SHOWN, "whether a prosecutor ordered it because delay is a danger"),
    "jld_order": Fact(Kind.SHOWN, "whether the judge of liberties ordered it"),
    "participant_auth_webauthn": Fact(Kind.SHOWN, "whether the participant signed in with a passkey"),
    "message_selection": Fact(Kind.SHOWN, "whether the participant chose the messages"),
    "informed_consent": Fact(Kind.SHOWN, "whether the participant knows what handing over means"),
    "exporter_was_member": Fact(Kind.SHOWN, "whether the participant was in the conversation at the time"),
    "viewed_by_provider": Fact(Kind.FLAG, "whether a person of the operator viewed each file"),
    "gag_requested": Fact(Kind.FLAG, "whether secrecy is asked for"),
    "foreign_law_conflict": Fact(Kind.FLAG, "whether the law of another country forbids it"),
    "third_country_conflict": Fact(Kind.FLAG, "whether the law of a third country forbids it"),
    "first_contact_agency": Fact(Kind.FLAG, "whether this agency asks for the first time"),
    "excepted_data_suspected": Fact(Kind.FLAG, "whether privileged or confidential records may be among the data"),
    "emergency": Fact(Kind.FLAG, "whether it is an emergency"),
    "enforcing_authority_notified": Fact(Kind.FLAG, "whether the State of enforcement was notified"),
    "enforcing_period_open": Fact(Kind.FLAG, "whether the State of enforcement may still object"),
    "enforcing_refusal_raised": Fact(Kind.FLAG, "whether the State of enforcement objected"),
    "threat_kind": _words("what threatens", "death serious_physical_injury property other"),
    "target_status": _words(
        "whom the agreement protects", "us_person located_in_us located_in_uk neither", Kind.SOME_WORDS
    ),
    "fr_case": _words(
        "which of the permitted cases it is",
        "crime delit_3y delit_1y_online_identify_author victim_equipment_on_request missing_person "
        "cold_case_706_106_4 none",
    ),
    "initiated_by": _words("who began it", "participant operator agency"),
}

_WORKED_OUT: Final[Mapping[str, Fact]] = {
    "target_kinds": _words("in what way it names them", TARGETS, Kind.SOME_WORDS, worked_out=True),
    "target_count": Fact(Kind.COUNT, "how many it is about", worked_out=True),
    "range_days": Fact(Kind.COUNT, "how many days it is about", worked_out=True),
    "expired": Fact(Kind.FLAG, "whether it has expired", worked_out=True),
    "months_since_order": Fact(Kind.COUNT, "how many whole months passed before it was received", worked_out=True),
    "from_own_state": Fact(Kind.FLAG, "whether it comes from the operator's own State", worked_out=True),
}

OF_NAMING: Final = ("names_third_parties", "names_third_parties_at")
"""What an order has to say, both of it, before anybody else is named. No rule and no permit hangs on them."""

FACTS: Final[Mapping[str, Fact]] = MappingProxyType({**_STATED, **_WORKED_OUT})
"""Every fact, in the order in which they are told."""
