# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The words that the desk may put on an account for a time. Rules read each as a feature of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

LABELS: Final[Mapping[str, str]] = {
    "watched": "a rule or a person asked to look at this account more closely",
    "bulk_sender": "it sent to many people who did not know it",
    "unwelcome": "many whom it asked did not want it, or blocked it",
    "risky_to_minors": "how it seeks out minors was found risky",
    "coordinated": "people reviewed a cluster that it belongs to, and confirmed it",
    "brigaded": "it is being reported by many at once: reports about it are weighed with care",
    "report_abuser": "it reports what is not upheld, together with others",
    "reviewed_benign": "people looked at it, and found nothing wrong",
}
"""Word -> what it says, for people. A word that stands in a rule is never reused for something else."""
