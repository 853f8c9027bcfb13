# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What each role may do. One table; pages, commands and services ask it and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """What a member of staff is there for. One person may have several, but never acts twice on one thing."""

    MODERATOR = "moderator"
    """Works the queue, opens evidence, decides what can be undone."""
    SENIOR = "senior"
    """A moderator who may also confirm, as the second person, what cannot be undone, and who keeps lists and rules."""
    APPEALS = "appeals"
    """Answers appeals against what others decided."""
    REFERRALS = "referrals"
    """Approves and sends reports to clearinghouses and authorities."""
    LEGAL_CLERK = "legal_clerk"
    """Takes legal requests in, verifies who asks, and writes down what is known. Judges and releases nothing."""
    LEGAL_REVIEWER = "legal_reviewer"
    """Judges legal requests by the rulebook, narrows, refuses, challenges; the first to approve a release."""
    LEGAL_RELEASER = "legal_releaser"
    """The second to approve a release, and never of a request in which they had a part before."""
    ADMIN = "admin"
    """Invites, changes and ends members of staff; sees no case and no evidence."""
    AUDITOR = "auditor"
    """Reads the audit log and the transparency report; sees no case and no evidence."""


class Right(StrEnum):
    """One thing that somebody may do."""

    SEE_QUEUE = "see the queue"
    SEE_CASE = "see a case"
    WORK_CASE = "take a case, note, set priority, join"
    OPEN_EVIDENCE = "open evidence"
    DECIDE = "decide"
    CONFIRM = "confirm a decision as the second person"
    UNDO = "undo a decision"
    SEE_APPEALS = "see appeals"
    ANSWER_APPEAL = "answer an appeal"
    REFER = "draft a referral"
    SEE_REFERRALS = "see referrals"
    SEND_REFERRAL = "approve and send a referral"
    SEE_LEGAL = "see legal requests"
    WORK_LEGAL = "take in a legal request, verify who asks, set its facts"
    MANAGE_AGENCIES = "enrol agencies and attest to them"
    REVOKE_AGENCIES = "revoke agencies"
    CONFIRM_AGENCIES = "confirm as the second person what a colleague found of an agency"
    JUDGE_LEGAL = "judge, narrow, refuse or challenge a legal request"
    APPROVE_LEGAL = "approve a release as the first person"
    RELEASE_LEGAL = "approve a release as the second person"
    SEE_RULES = "see the rules about behaviour, and what they do"
    WRITE_RULES = "write rules about behaviour, try them, ask for them to act"
    AGREE_RULES = "agree as the second person that a rule acts, or goes on"
    SEE_STAFF = "see the staff"
    MANAGE_STAFF = "invite, change and end staff"
    RECOVER_STAFF = "vouch for a colleague who lost a passkey"
    MANAGE_LISTS = "add, change and remove hash lists"
    AGREE_LISTS = "agree as the second person that a hash list acts"
    SEE_AUDIT = "read the audit log"
    EXPORT = "export the transparency report"


READS_ONLY: Final = frozenset(
    {
        Right.SEE_QUEUE,
        Right.SEE_CASE,
        Right.SEE_APPEALS,
        Right.SEE_REFERRALS,
        Right.SEE_RULES,
        Right.SEE_STAFF,
        Right.SEE_AUDIT,
        Right.EXPORT,
    }
)
"""Rights that nobody could use as a second person, nor to see what was reported. Any other takes two to give."""

_CASE_WORK: Final = frozenset(
    {
        Right.SEE_QUEUE,
        Right.SEE_CASE,
        Right.WORK_CASE,
        Right.OPEN_EVIDENCE,
        Right.DECIDE,
        Right.UNDO,
        Right.REFER,
        Right.SEE_RULES,
    }
)
_LEGAL: Final = frozenset({Right.SEE_LEGAL, Right.REVOKE_AGENCIES, Right.CONFIRM_AGENCIES})
_EVERYBODY: Final = frozenset({Right.SEE_STAFF, Right.RECOVER_STAFF})

RIGHTS: Final[Mapping[Role, frozenset[Right]]] = {
    Role.MODERATOR: _CASE_WORK | _EVERYBODY,
    Role.SENIOR: _CASE_WORK
    | _EVERYBODY
    | {Right.CONFIRM, Right.MANAGE_LISTS, Right.AGREE_LISTS, Right.WRITE_RULES, Right.AGREE_RULES},
    Role.APPEALS: _EVERYBODY | {Right.SEE_APPEALS, Right.ANSWER_APPEAL, Right.SEE_CASE, Right.OPEN_EVIDENCE},
    Role.REFERRALS: _EVERYBODY
    | {Right.SEE_REFERRALS, Right.SEND_REFERRAL, Right.REFER, Right.SEE_CASE, Right.OPEN_EVIDENCE},
    Role.LEGAL_CLERK: _EVERYBODY | _LEGAL | {Right.WORK_LEGAL, Right.MANAGE_AGENCIES},
    Role.LEGAL_REVIEWER: _EVERYBODY | _LEGAL | {Right.JUDGE_LEGAL, Right.APPROVE_LEGAL},
    Role.LEGAL_RELEASER: _EVERYBODY | _LEGAL | {Right.RELEASE_LEGAL},
    Role.ADMIN: _EVERYBODY | {Right.MANAGE_STAFF, Right.SEE_AUDIT},
    Role.AUDITOR: _EVERYBODY | {Right.SEE_AUDIT, Right.EXPORT},
}


def rights_of(roles: Iterable[Role]) -> frozenset[Right]:
    """All that somebody with these roles may do."""
    return frozenset().union(*(RIGHTS[role] for role in roles))


def takes_two(before: Iterable[Role], wanted: Iterable[Role]) -> bool:
    """Whether these roles give a right that they had not, and with which one could decide or be a second person."""
    return bool(rights_of(wanted) - rights_of(before) - READS_ONLY)
