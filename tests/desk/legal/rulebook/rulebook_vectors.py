# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Makes spec/vectors/rulebook.json: `python -m tests.desk.legal.rulebook.rulebook_vectors`.

For every rule a request for which it fires and one for which it just does not, each the valid request of an instrument
with one change that has a name.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final

import msgspec

from privity.desk.legal.rulebook import loading
from privity.desk.legal.rulebook.evaluating import evaluate
from privity.desk.legal.rulebook.model import Review, Rulebook
from privity.production.classes import Releasable
from tests.desk.legal.rulebook.bases import (
    ACTIVE,
    BASES,
    NAMES,
    PROFILE,
    REVIEW,
    RULEBOOK,
    TODAY,
    base,
    facts,
    naming,
    reviewed,
)

FILE: Final = Path(__file__).resolve().parents[4] / "spec" / "vectors" / "rulebook.json"


@dataclass(frozen=True, slots=True)
class Change:
    """One named difference from the valid request of an instrument, or from the operator whom all instruments bind."""

    name: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    drop: tuple[str, ...] = ()
    profile: Mapping[str, Any] = field(default_factory=dict)
    draft: bool = False
    today: date = TODAY


@dataclass(frozen=True, slots=True)
class Pair:
    """What makes a rule fire, and what just does not."""

    instrument: str
    fires: Change
    not_so: Change = Change("as it is")


WARRANT, SUBPOENA, EPOC = "us.sca.warrant", "us.sca.subpoena", "eu.epoc"
UK, AU, EMERGENCY = "ukus.opo", "auus.ipo", "us.sca.emergency"


def _set(name: str, **changed: Any) -> Change:
    return Change(name, changed)


def _drop(*names: str) -> Change:
    return Change(f"without {' and '.join(names)}", drop=names)


def _targets(count: int) -> Change:
    return _set(f"{count} targets", targets=[{"kind": "account", "value": str(n)} for n in range(count)])


def _kind(kind: str) -> Change:
    return _set(f"a target named by {kind}", targets=[{"kind": kind, "value": "teapots"}])


_POLICE: Final = {"authority_kind": "police", "classes": ["subscriber"]}
_PROSECUTOR: Final = {"authority_kind": "public_prosecutor"}

PAIRS: Final[Mapping[str, Pair]] = {
    "G05": Pair(WARRANT, _set("not verified", requester_verified=False)),
    "G01": Pair(WARRANT, _set("asks for keys", asks=["disclose", "keys"])),
    "G02": Pair(WARRANT, _set("asks to watch", asks=["prospective"])),
    "G03": Pair(WARRANT, _kind("keyword"), _kind("device")),
    "G04": Pair(
        SUBPOENA, _drop("time_range"), Change("the subscriber alone", {"classes": ["subscriber"]}, ("time_range",))
    ),
    "G06": Pair(
        WARRANT, _set("expired yesterday", expires_on="2026-11-25"), _set("ends today", expires_on="2026-11-26")
    ),
    "G07": Pair(WARRANT, _set("a civil litigant", requester_kind="civil_litigant")),
    "G08": Pair(WARRANT, _set("a national security letter", instrument="nsl")),
    "G09": Pair(
        WARRANT,
        _set("secrecy without an end", gag_requested=True, gag_basis="18 USC 2705(b)"),
        _set("secrecy with an end", gag_requested=True, gag_basis="18 USC 2705(b)", gag_until="2027-01-31"),
    ),
    "G10": Pair(WARRANT, _set("a journalist", flags=["journalist"])),
    "G11": Pair(WARRANT, _targets(26), _targets(25)),
    "G12": Pair(
        WARRANT,
        _set("367 days", time_range={"from": "2025-10-01", "to": "2026-10-02"}),
        _set("366 days", time_range={"from": "2025-10-01", "to": "2026-10-01"}),
    ),
    "G13": Pair(SUBPOENA, _kind("ip_port_time"), _kind("contact")),
    "G14": Pair(WARRANT, _set("asks for ciphertext", asks=["disclose", "ciphertext_held"])),
    "US-S1": Pair(SUBPOENA, _set("reported messages", classes=["subscriber", "content_reported"])),
    "US-D1": Pair("us.sca.2703d", _drop("judicial_signature")),
    "US-D2": Pair("us.sca.2703d", _set("reported messages", classes=["subscriber", "content_reported"])),
    "US-W1": Pair(WARRANT, _set("no judge signed", judicial_signature=False)),
    "US-W2": Pair(WARRANT, _set("15 days old", issue_date="2026-11-09"), _set("14 days old", issue_date="2026-11-10")),
    "US-W3": Pair(WARRANT, _set("another country's law", foreign_law_conflict=True)),
    "US-F1": Pair("us.sca.2703f", _set("asks to disclose", asks=["preserve", "disclose"])),
    "US-F2": Pair("us.sca.2703f", _set("asks for what is to come", asks=["preserve", "future_data"])),
    "US-E1": Pair(EMERGENCY, _set("property", threat_kind="property"), _set("death", threat_kind="death")),
    "US-E2": Pair(EMERGENCY, _drop("callback_done")),
    "US-E3": Pair(EMERGENCY, _set("73 hours ago", event_age_hours=73), _set("72 hours ago", event_age_hours=72)),
    "US-E4": Pair(EMERGENCY, _set("a new agency", first_contact_agency=True)),
    "US-N1": Pair("us.ncmec.preservation", _set("asks to disclose", asks=["disclose"])),
    "US-N2": Pair(
        "us.ncmec.preservation", _drop("viewed_by_provider"), _set("a person viewed it", viewed_by_provider=True)
    ),
    "UK-1": Pair(
        UK, _set("served by police", served_by="police"), _set("by the Lord Advocate", served_by="lord_advocate")
    ),
    "UK-2": Pair(
        UK,
        _set("three months to the day", order_date="2026-08-24"),
        _set("a day less than three months", order_date="2026-08-25"),
    ),
    "UK-3": Pair(UK, _set("two years", max_penalty_years=2), _set("three years", max_penalty_years=3)),
    "UK-4": Pair(
        UK, _set("a US person", target_status=["us_person"]), _set("in the UK", target_status=["located_in_uk"])
    ),
    "UK-5": Pair(UK, _drop("agreement_invocation_statement")),
    "UK-6": Pair(
        UK, _set("communications data alone", classes=["session_ip"]), _set("profile", classes=["content_profile"])
    ),
    "UK-7": Pair(UK, _drop("target_location")),
    "UK-8": Pair(UK, _set("privileged records", excepted_data_suspected=True)),
    "AU-1": Pair(AU, _set("served by police", served_by="police")),
    "AU-2": Pair(AU, _set("two years", max_penalty_years=2), _set("three years", max_penalty_years=3)),
    "AU-3": Pair(AU, _set("in the US", target_status=["located_in_us"])),
    "AU-4": Pair(AU, _drop("agreement_invocation_statement")),
    "UO-1": Pair(
        "us.outbound.uk",
        _set("in the UK", target_status=["located_in_uk"]),
        _set("in the US", target_status=["located_in_us"]),
    ),
    "EU-1": Pair(
        EPOC,
        _set("a prosecutor", **_PROSECUTOR),
        _set("a prosecutor, validated by a court", **_PROSECUTOR, validated_by="court"),
    ),
    "EU-2": Pair(
        EPOC,
        _set("two years", max_penalty_years=2),
        _set("two years, but listed", max_penalty_years=2, listed_offence=True),
    ),
    "EU-3": Pair(EPOC, _drop("signature_qualified")),
    "EU-4": Pair(
        EPOC,
        _set("by post", channel="post"),
        _set("by post, with a reason", channel="post", alt_channel_reason="the system is down"),
    ),
    "EU-5": Pair(
        EPOC,
        _set("the State may still object", enforcing_period_open=True),
        _set("an emergency", enforcing_period_open=True, emergency=True, emergency_reasons="tea is at five"),
    ),
    "EU-6": Pair(
        EPOC,
        _set("not notified", enforcing_authority_notified=False),
        _set("a domestic case", enforcing_authority_notified=False, domestic_case_statement="art. 8(2)"),
    ),
    "EU-7": Pair(EPOC, _set("the State objected", enforcing_refusal_raised=True)),
    "EU-8": Pair(EPOC, _set("Denmark", issuing_country="DK"), _set("Sweden", issuing_country="SE")),
    "EU-9": Pair(EPOC, _set("the operator's own State", issuing_country="IE")),
    "EU-10": Pair(EPOC, _set("a third country's law", third_country_conflict=True)),
    "EU-11": Pair(
        EPOC,
        _set("an emergency without reasons", emergency=True),
        _set("an emergency with reasons", emergency=True, emergency_reasons="tea is at five"),
    ),
    "EU-13": Pair(
        EPOC,
        _set("a prosecutor, for addresses", **_PROSECUTOR, classes=["session_ip"]),
        _set("a prosecutor, to identify", **_PROSECUTOR, classes=["session_ip"], identification_only=True),
    ),
    "EU-14": Pair(
        EPOC, _set("police", **_POLICE), _set("police, validated", **_POLICE, validated_by="public_prosecutor")
    ),
    "EP-1": Pair("eu.epoc_pr", _set("asks to disclose", asks=["disclose"])),
    "EP-2": Pair("eu.epoc_pr", _drop("annex_II_form")),
    "EP-3": Pair(
        "eu.epoc_pr",
        _set("police", authority_kind="police"),
        _set("police, validated", authority_kind="police", validated_by="public_prosecutor"),
    ),
    "DSA-1": Pair("eu.dsa.art10", _set("asks to collect", asks=["collect_new_data"])),
    "DSA-2": Pair("eu.dsa.art10", _drop("redress_info")),
    "DE-1": Pair("de.stpo", _drop("legal_basis")),
    "DE-2": Pair(
        "de.stpo",
        _drop("judicial_signature"),
        Change("a prosecutor in danger of delay", {"exigent_prosecutor_order": True}, ("judicial_signature",)),
    ),
    "DE-3": Pair("de.stpo", _set("asks for passwords", asks=["passwords"])),
    "FR-1": Pair("fr.cpp", _set("no listed case", fr_case="none"), _set("a missing person", fr_case="missing_person")),
    "FR-2": Pair(
        "fr.cpp", _set("a lawyer", flags=["lawyer"]), _set("a lawyer, by the judge", flags=["lawyer"], jld_order=True)
    ),
    "ML-1": Pair("any.mlat", _drop("executing_instrument_id")),
    "FD-1": Pair("any.foreign_direct", _set("a profile", classes=["subscriber", "content_profile"])),
    "PD-1": Pair("user.disclosure", _drop("exporter_was_member")),
    "PD-2": Pair("user.disclosure", _set("begun by an agency", initiated_by="agency")),
    "D-REVIEW": Pair(WARRANT, Change("a draft", draft=True)),
    "D-INSTRUMENT": Pair(WARRANT, _set("an instrument of nobody", instrument="us.teapot")),
    "D-COUNTRY": Pair(WARRANT, _set("another country", issuing_country="CA")),
    "D-WORD": Pair(WARRANT, _set("a class that is none", classes=["subscriber", "teapots"])),
    "D-BINDING": Pair(WARRANT, Change("an operator elsewhere", profile={"us_jurisdiction": False})),
    "D-TERM": Pair(
        EPOC,
        Change("before it applies", today=date(2026, 8, 17)),
        Change("on its first day", today=date(2026, 8, 18)),
    ),
    "D-AUTHORITY": Pair(WARRANT, _set("police", authority_kind="police")),
    "D-JUDGE": Pair(AU, _drop("judicial_signature")),
    "D-IP": Pair(AU, _kind("ip_port_time"), _kind("device")),
    "D-COUNSEL": Pair(
        "fr.cpp", _set("a profile", classes=["content_profile"]), _set("the subscriber", classes=["subscriber"])
    ),
    "D-REQUIRED": Pair(WARRANT, _drop("docket")),
    "D-FUTURE": Pair(
        WARRANT, _set("dated tomorrow", issue_date="2026-11-27"), _set("dated today", issue_date="2026-11-26")
    ),
    "D-UNDECIDED": Pair(WARRANT, _drop("foreign_law_conflict")),
    "D-CLASS": Pair("de.stpo", _drop("judicial_signature")),
    "D-NOTHING": Pair(
        WARRANT,
        _set("encrypted conversations alone", classes=["content_e2ee"]),
        _set("and reported messages", classes=["content_e2ee", "content_reported"]),
    ),
}
"""By the code of the rule."""


@dataclass(frozen=True, slots=True)
class Naming:
    """A request, and in which classes an operator's rulebook lets its instrument have others named."""

    name: str
    instrument: str
    facts: Mapping[str, Any]
    classes: tuple[str, ...] = ()
    when: Mapping[str, Any] | None = None
    drop: tuple[str, ...] = ()
    draft: bool = False


_RECORDS: Final = ("account_state", "delivery_metadata")
_BY_A_JUDGE: Final = {"fact": "authority_kind", "op": "in", "value": ["judge", "court", "investigating_judge"]}
_VALIDATED: Final = {"fact": "validated_by", "op": "in", "value": ["judge", "court", "investigating_judge"]}

NAMINGS: Final = (
    Naming("the instrument allows it and the order says so", WARRANT, NAMES, _RECORDS),
    Naming("the shipped rulebook allows it of nothing", WARRANT, NAMES),
    Naming("the order does not say so", WARRANT, {}, _RECORDS),
    Naming("nobody says where the order says so", WARRANT, NAMES, _RECORDS, drop=("names_third_parties_at",)),
    Naming(
        "a fact that is false says as much as its absence", WARRANT, {**NAMES, "names_third_parties": False}, _RECORDS
    ),
    Naming("a class that is not asked for", WARRANT, {**NAMES, "classes": ["subscriber", "account_state"]}, _RECORDS),
    Naming("a request that is refused", WARRANT, {**NAMES, "judicial_signature": False}, _RECORDS),
    Naming("a request that is asked about", WARRANT, NAMES, _RECORDS, drop=("docket",)),
    Naming("a draft", WARRANT, NAMES, _RECORDS, draft=True),
    Naming("by a judge, where a judge is needed", EPOC, NAMES, _RECORDS, _BY_A_JUDGE),
    Naming("by somebody else, where a judge is needed", EPOC, NAMES, _RECORDS, _VALIDATED),
)


def rulebook_vectors() -> dict[str, Any]:
    return {
        "rulebook": RULEBOOK.sha256,
        "profile": msgspec.to_builtins(PROFILE),
        "bases": {instrument: base(instrument) for instrument in BASES},
        "vectors": [
            _vector(code, pair.instrument, change, fires)
            for code, pair in PAIRS.items()
            for fires, change in ((True, pair.fires), (False, pair.not_so))
        ],
        "naming": [_naming(each) for each in NAMINGS],
    }


def allowing(instrument: str, classes: Iterable[str], when: Mapping[str, Any] | None, draft: bool) -> Rulebook:
    """The rulebook of a vector of naming."""
    before = RULEBOOK if draft else ACTIVE
    if not classes:
        return before
    condition = None if when is None else loading.condition(when)
    return naming(instrument, *map(Releasable, classes), when=condition, rulebook=before)


def _naming(each: Naming) -> dict[str, Any]:
    rulebook = allowing(each.instrument, each.classes, each.when, each.draft)
    verdict = evaluate(rulebook, PROFILE, facts(each.instrument, each.facts, each.drop), TODAY)
    return {
        "name": each.name,
        "instrument": each.instrument,
        "facts": dict(each.facts),
        "without": list(each.drop),
        "classes": list(each.classes),
        "when": None if each.when is None else dict(each.when),
        "draft": each.draft,
        "today": TODAY.isoformat(),
        "action": verdict.action,
        "named": list(verdict.named),
    }


def _vector(code: str, instrument: str, change: Change, fires: bool) -> dict[str, Any]:
    profile = msgspec.structs.replace(PROFILE, **change.profile)
    rulebook = RULEBOOK if change.draft else reviewed(review=Review(REVIEW.reviewers, change.today))
    verdict = evaluate(rulebook, profile, facts(instrument, change.facts, change.drop), change.today)
    return {
        "rule": code,
        "instrument": instrument,
        "change": change.name,
        "fires": fires,
        "today": change.today.isoformat(),
        "profile": dict(change.profile),
        "draft": change.draft,
        "facts": dict(change.facts),
        "without": list(change.drop),
        "action": verdict.action,
        "codes": list(verdict.codes),
        "release": [given.data_class for given in verdict.release],
        "preserve": list(verdict.preserve),
        "wanted": list(verdict.wanted),
    }


if __name__ == "__main__":
    FILE.write_text(json.dumps(rulebook_vectors(), indent=1, ensure_ascii=False) + "\n")
