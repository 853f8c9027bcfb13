# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What is said of an account that is not there, and of one that the caller is not told of: no difference."""

from __future__ import annotations

from privity.server.db.database import Query
from privity.server.keylog import lost
from privity.wire.errors import Code, Refusal


def nobody(query: Query) -> Refusal:
    """The one answer for whoever is not to be found: nobody there, not listed, a minor, somebody who said no."""
    return unknown(query, "no such person, or none that you may know of")


def unknown(query: Query, sentence: str) -> Refusal:
    """NOT_FOUND with this sentence, and that the account may be a lost one as long as there are such."""
    if lost.any_lost(query):
        sentence += "; this hub has lost some accounts, and each comes back once one of its devices connects"
    return Refusal(Code.NOT_FOUND, sentence)
