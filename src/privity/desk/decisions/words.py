# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Words of the staff that go out to people: some, not too many, and none that say who reported."""

from __future__ import annotations

import unicodedata
from typing import Final

from privity.desk.cases.joined import reporters
from privity.desk.db.transaction import Db
from privity.desk.decisions.errors import NamesAReporter, TextRefused
from privity.desk.decisions.model import MAX_REASON

SCHEME: Final = "mimi://"
"""Where two people talk alone, the address of the conversation says who reported."""

_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
"""Letters that nobody sees, some of which turn the text after them around. Line ends are seen."""


def check_words(db: Db, case: int, words: str) -> None:
    """Raise TextRefused or NamesAReporter."""
    check_text(words)
    folded = words.casefold()
    for one in reporters(db, case):
        names = (one.reporter_uri, one.reporter_uri.rpartition("/")[2], one.receipt)
        if any(name and name.casefold() in folded for name in names):
            raise NamesAReporter("these words go out to people: they must not say who reported, nor the receipt")
    if SCHEME in folded:
        raise TextRefused("these words go out to people: they hold no address of an account or a conversation")


def check_text(words: str) -> None:
    """Raise TextRefused."""
    if not words.strip():
        raise TextRefused("a decision, and every act on one, says why; the reason is empty")
    if len(words) > MAX_REASON:
        raise TextRefused(f"a reason has at most {MAX_REASON} characters, this one {len(words)}")
    if any(unicodedata.category(letter) in _UNSEEN and letter != "\n" for letter in words):
        raise TextRefused("a reason is plain text: no control characters and no letters that nobody sees")
