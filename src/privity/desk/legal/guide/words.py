# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Plain words for what the rulebook says in codes; a code that is not here is told as it stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from privity.desk.legal.rulebook.model import Instrument
from privity.production.classes import Permit

PERMITS: Final[Mapping[Permit, str]] = {
    Permit.COMPEL: "yes",
    Permit.COMPEL_WITH_COURT: "yes, with a court",
    Permit.COMPEL_IF_THRESHOLD: "yes, if grave enough",
    Permit.VOLUNTARY: "nobody must; a person decides",
    Permit.PRESERVE: "kept apart, not handed over",
    Permit.REFER: "counsel decides",
    Permit.DENY: "no",
    Permit.PARTICIPANT_DEVICE_ONLY: "from a participant's device alone",
}
NOT_HELD: Final = "not held"

JUDGES: Final[Mapping[str, str]] = {
    "required": "a judge must have signed it",
    "not_required": "needs no judge",
    "by_class": "by class of data: see the rules",
}

NOTICES: Final[Mapping[str, str]] = {
    "before_production": "the person is told before anything leaves",
    "before_production_if_permitted": "the person is told before anything leaves, unless the order forbids it",
    "at_latest_when_effect_given": "the person is told when effect is given, at the latest",
    "delayed": "the person is told later",
    "issuing_authority_informs_user": "the authority that issued it tells the person",
    "counsel_decides": "a person decides after counsel has spoken",
    "statutory_silence_check": "a person decides whether a duty of silence applies",
    "per_executing_instrument": "as the instrument that executes it says",
    "after_expiry_or_process": "nothing leaves by it, so nobody is told of it alone",
    "none_automatic": "nothing leaves by it, so nobody is told of it alone",
    "none_to_other_party": "it is the person's own act",
}

DEADLINES: Final[Mapping[str, str]] = {
    "produce_days": "answered within {} days",
    "emergency_hours": "in an emergency within {} hours",
    "fresh_within_days": "served within {} days of its issue",
    "serve_within_months": "served within {} months of its issue",
    "preserve_within_hours": "kept apart within {} hours",
    "preserve_days": "kept apart for {} days",
    "renew_days": "longer by {} days",
    "max_renewals": "renewed at most {} times",
    "enforcing_refusal_days": "the enforcing authority may refuse for {} days",
    "enforcing_refusal_emergency_hours": "in an emergency the enforcing authority may refuse for {} hours, afterwards",
    "reasoned_objection_days": "a conflict of laws is raised within {} days",
    "clarification_answer_days": "questions are answered within {} days",
    "answer_days": "answered within {} days",
    "triage_minutes": "looked at within {} minutes",
    "decide_target_hours": "decided within {} hours, as we aim for",
    "follow_up_process_days": "an order follows within {} days",
}


def said(code: str) -> str:
    """A code as words."""
    return code.replace("_", " ")


def issuers(instrument: Instrument) -> str:
    """Whose authorities may issue it."""
    if instrument.no_country:
        return "no authority"
    return "every country" if instrument.issued_by is None else ", ".join(sorted(instrument.issued_by))


def names_others(instrument: Instrument) -> str:
    """In which classes an order by it may have other people named."""
    allowed = instrument.names_others
    if allowed is None:
        return "never: they have pseudonyms"
    where = " under the condition that the rulebook names" if allowed.when is not None else ""
    return f"in {', '.join(sorted(allowed.classes))}{where}, if the order itself says so ({'; '.join(allowed.basis)})"


def deadlines(instrument: Instrument) -> tuple[str, ...]:
    """Every deadline of an instrument as a clause."""
    return tuple(
        DEADLINES[name].format(value) if name in DEADLINES else f"{said(name)}: {said(str(value))}"
        for name, value in instrument.deadlines.items()
    )


def notice(instrument: Instrument) -> str:
    """How people hear of a request by this instrument."""
    told = instrument.notice
    parts = [NOTICES.get(told.default, said(told.default))]
    if told.user_window_days is not None:
        parts.append(f"{told.user_window_days} days to object")
    if told.user_notice_after_days is not None:
        parts.append(f"after {told.user_notice_after_days} days at the latest")
    if told.barred_by:
        parts.append(f"barred by {' or '.join(told.barred_by)}")
    return "; ".join(parts)
