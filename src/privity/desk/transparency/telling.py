# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What an entry says, as what the report reads of it."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from privity.desk.audit.entry import Entry
from privity.desk.transparency.errors import EntryUnreadable

Said = TypeVar("Said")


def told(entry: Entry, kind: type[Said]) -> Said:
    """Raises EntryUnreadable where the report needs more than the entry says, or something else."""
    try:
        return msgspec.convert(entry.said, kind)
    except msgspec.ValidationError as err:
        raise EntryUnreadable(
            f"entry {entry.n} ({entry.act.value}) does not say what the report needs: {err}"
        ) from None
