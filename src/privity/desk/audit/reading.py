# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The audit log for people: a page of entries, and one line for each."""

from __future__ import annotations

from datetime import UTC, datetime

from privity.desk.audit.entry import Entry, Said
from privity.desk.db.transaction import Db


def page(db: Db, *, after: int = -1, limit: int, about: str | None = None) -> list[Entry]:
    """Entries with a number above `after`, oldest first; of one thing alone where `about` names it."""
    named = "" if about is None else " AND json_extract(CAST(entry AS TEXT), '$.about') = ?"
    rows = db.execute(
        f"SELECT entry FROM audit_entry WHERE n > ?{named} ORDER BY n LIMIT ?",  # noqa: S608  # no word of a caller
        (after, *(() if about is None else (about,)), limit),
    )
    return [Entry.decode(bytes(data)) for (data,) in rows]


def line(entry: Entry) -> str:
    """When, who, what, about which thing, and what was said of it. Nothing in it can move a terminal's cursor."""
    at = datetime.fromtimestamp(entry.at_ms / 1000, UTC)
    parts = [f"{entry.n}", f"{at:%Y-%m-%d %H:%M:%S}", entry.who, entry.act.value]
    if entry.about:
        parts.append(entry.about)
    parts += [f"{name}={_shown(value)}" for name, value in sorted(entry.said.items())]
    return "  ".join(parts)


def _shown(value: Said) -> str:
    if isinstance(value, list):
        return ",".join(_shown(one) for one in value) or "none"
    if value is None:
        return "-"
    text = str(value)
    return text if text.isprintable() and " " not in text and text else ascii(text)
