# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What the database says when it cannot go on, as errors that tell a person what is safe and what to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlcipher3 import dbapi2 as sqlcipher

from privity.client.errors import CorruptStore, StoreError

NEXT_STEP = (
    "Nothing was replaced. Keep a copy of the folder, restore it from a backup if there is one, or else move it away "
    "and link this device again from another device or with the recovery phrase."
)


@contextmanager
def named(folder: Path | None = None) -> Iterator[None]:
    """Damage gets its name; a full disk and the like stay what they are."""
    try:
        yield
    except (sqlcipher.ProgrammingError, sqlcipher.InterfaceError):
        raise  # a bug of ours; the store is as it was
    except sqlcipher.OperationalError as err:
        raise StoreError(f"the device store cannot be used: {err}; free space or rights are the usual cause") from err
    except sqlcipher.DatabaseError as err:
        raise CorruptStore(f"the device store{f' in {folder}' if folder else ''} is damaged. {NEXT_STEP}") from err
