# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Every page of the desk, with the right that it needs: what is not in this table does not exist."""

from __future__ import annotations

from typing import Final

from privity.desk.console import (
    appealing,
    attention,
    audit_page,
    case,
    deciding,
    evidence_view,
    front,
    me,
    opening,
    profile_view,
    queue,
    recording_view,
    recovering,
    referring,
    staff,
    static,
    stating,
    unopened_view,
)
from privity.desk.console.pages import Page

TABLE: Final[tuple[Page, ...]] = (
    *front.PAGES,
    *queue.PAGES,
    *opening.PAGES,
    *unopened_view.PAGES,
    *case.PAGES,
    *profile_view.PAGES,
    *evidence_view.PAGES,
    *recording_view.PAGES,
    *deciding.PAGES,
    *appealing.PAGES,
    *attention.PAGES,
    *referring.PAGES,
    *stating.PAGES,
    *static.PAGES,
    *staff.PAGES,
    *recovering.PAGES,
    *me.PAGES,
    *audit_page.PAGES,
)
