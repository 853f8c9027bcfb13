# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Root of what the legal desk refuses.

DeskError
+-- LegalError
    +-- RulebookError   see `rulebook.errors`
    +-- AgenciesError   see `agencies.errors`
    +-- RequestsError   see `requests.errors`
    +-- VaultError      see `vault.errors`
    +-- CollectingError see `collecting.errors`
    +-- NoticesError    see `notices.errors`
    +-- AnswersError    see `answers.errors`
    +-- ReleasingError  see `releasing.errors`
    +-- GuideError      see `guide.errors`
    +-- TallyDisagrees  what was counted of the log is not what the log says
"""

from __future__ import annotations

from privity.desk.errors import DeskError


class LegalError(DeskError):
    """Root of the legal desk's refusals."""


class TallyDisagrees(LegalError):
    """Whoever looks at counts has them from what was written with each entry; both are of one log."""
