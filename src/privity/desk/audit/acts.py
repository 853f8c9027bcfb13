# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Every act that the audit log knows. A name is never reused for something else: old entries keep their meaning."""

from __future__ import annotations

from enum import StrEnum


class Act(StrEnum):
    # intake
    REPORTS_TAKEN = "reports.taken"
    EVIDENCE_OPENED = "evidence.opened"
