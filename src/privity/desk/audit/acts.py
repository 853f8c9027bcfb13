# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Every act that the audit log knows. A name is never reused for something else: old entries keep their meaning."""

from __future__ import annotations

from enum import StrEnum


class Act(StrEnum):
    # intake
    REPORTS_TAKEN = "reports.taken"
    REPORT_READ_LATER = "report.read_later"
    REPORT_STILL_SHUT = "report.still_shut"
    REPORT_ASIDE = "report.aside"
    EVIDENCE_OPENED = "evidence.opened"

    # cases
    CASE_OPENED = "case.opened"
    CASE_TAKEN = "case.taken"
    CASE_RELEASED = "case.released"
    CASE_NOTED = "case.noted"
    CASE_PRIORITISED = "case.prioritised"
    CASE_JOINED = "case.joined"
    CASE_DECIDED = "case.decided"
    CASE_REOPENED = "case.reopened"

    # console
    MEDIA_VIEWED = "media.viewed"
    MEDIA_IN_PART = "media.in_part"
    MEDIA_HEARD = "media.heard"
    CASE_EXPORTED = "case.exported"
    PROFILE_SEEN = "profile.seen"

    # the owner of the machine
    AUDIT_EXPORTED = "audit.exported"
    BACKUP_BEGUN = "backup.begun"
    TRANSPARENCY_MADE = "transparency.made"

    # retention and witnesses
    RETENTION_DELETED = "retention.deleted"
    RETENTION_STOPPED = "retention.stopped"
    RETENTION_RESUMED = "retention.resumed"
    RETENTION_CONFIRMED = "retention.confirmed"
    AUDIT_CONTRADICTED = "audit.contradicted"

    # staff
    STAFF_PROPOSED = "staff.proposed"
    STAFF_PROPOSAL_WITHDRAWN = "staff.proposal_withdrawn"
    STAFF_INVITED = "staff.invited"
    STAFF_JOINED = "staff.joined"
    STAFF_CHANGED = "staff.changed"
    STAFF_ENDED = "staff.ended"
    CODE_RENEWED = "staff.code_renewed"
    SIGNED_IN = "staff.signed_in"
    SIGNED_OUT = "staff.signed_out"
    SESSIONS_ENDED = "staff.sessions_ended"
    PASSKEY_ADDED = "passkey.added"
    PASSKEY_REMOVED = "passkey.removed"
    PASSKEY_COPIED = "passkey.copied"
    RECOVERY_VOUCHED = "recovery.vouched"
    RECOVERY_GRANTED = "recovery.granted"
    RECOVERY_WITHDRAWN = "recovery.withdrawn"

    # decisions
    DECISION_PROPOSED = "decision.proposed"
    DECISION_CONFIRMED = "decision.confirmed"
    DECISION_REFUSED = "decision.refused"
    DECISION_EFFECTIVE = "decision.effective"
    DECISION_UNDONE = "decision.undone"
    EFFECT_APPLIED = "effect.applied"
    EFFECT_REFUSED = "effect.refused"
    EFFECT_REPEATED = "effect.repeated"
    RESEND_BEGUN = "effects.resend_begun"
    RESEND_ENDED = "effects.resend_ended"

    # appeals
    APPEAL_LODGED = "appeal.lodged"
    APPEAL_TURNED_AWAY = "appeal.turned_away"
    APPEAL_ANSWERED = "appeal.answered"

    # clearinghouse
    REFERRAL_DRAFTED = "referral.drafted"
    REFERRAL_JOINED = "referral.joined"
    REFERRAL_APPROVED = "referral.approved"
    REFERRAL_OPENED = "referral.opened"
    REFERRAL_RESTARTED = "referral.restarted"
    REFERRAL_FINISHED = "referral.finished"
    REFERRAL_WITHDRAWN = "referral.withdrawn"
    REFERRAL_BLOCKED = "referral.blocked"
    REFERRAL_RELEASED = "referral.released"
    REFERRAL_READ = "referral.read"
    REFERRAL_CHECKED = "referral.checked"
    CLEARINGHOUSE_STOPPED = "clearinghouse.stopped"
    CLEARINGHOUSE_RESUMED = "clearinghouse.resumed"

    # legal requests
    PRODUCTION_RELEASED = "production.released"
