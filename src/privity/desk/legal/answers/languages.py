# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The languages in which letters are written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from privity.desk.legal.answers.english import ENGLISH
from privity.desk.legal.answers.errors import LanguageMissing
from privity.desk.legal.answers.wording import Wording

WORDINGS: Final[Mapping[str, Wording]] = {ENGLISH.language: ENGLISH}


def wording_of(language: str) -> Wording:
    """Raises LanguageMissing."""
    found = WORDINGS.get(language)
    if found is None:
        raise LanguageMissing(f"letters are written in {', '.join(sorted(WORDINGS))}, not in {language!r:.20}")
    return found


def best_of(wanted: Iterable[str]) -> Wording:
    """The first of these languages in which letters are written, and English where there is none."""
    return next((WORDINGS[language] for language in wanted if language in WORDINGS), ENGLISH)
