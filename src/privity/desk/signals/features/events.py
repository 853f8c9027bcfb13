# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""One observation is an event for whom it concerns: who acted and, for some kinds, to whom it was done."""

from __future__ import annotations

from enum import StrEnum


class EventKind(StrEnum):
    """The values of the feature `kind`: those of `ObservedKind`, and the other side of four of them."""

    REGISTERED = "registered"
    SENT = "sent"
    ASKED = "asked"
    ACCEPTED = "accepted"
    BLOCKED = "blocked"
    REPORTED = "reported"
    CREATED = "created"
    ADDED = "added"
    KNOCKED = "knocked"
    SHOWED = "showed"
    INVITED = "invited"
    """An account was made by an invite of this one."""
    WAS_ACCEPTED = "was_accepted"
    """Somebody whom it had asked accepted it."""
    WAS_BLOCKED = "was_blocked"
    WAS_REPORTED = "was_reported"
