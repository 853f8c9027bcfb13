# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""An audit log as a file: first its checkpoint, then the exact bytes of each entry, one JSON a line."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO, Final

import msgspec

from privity.desk.audit.entry import MAX_ENTRY
from privity.desk.audit.errors import BadExport
from privity.desk.audit.verify import Verified, accepted, verify
from privity.tlog.errors import MalformedNote
from privity.tlog.note import MAX_NOTE, SignedNote
from privity.tlog.verifier_key import VerifierKey

Shown = Callable[[Iterable[bytes], int], Iterable[bytes]]
"""Passes entries on, and may show how far they are of how many."""

_MAX_LINE: Final = max(MAX_ENTRY, 2 * MAX_NOTE)


class Head(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The first line."""

    checkpoint: str
    """The note that the log signed over exactly the entries that follow."""


def silent(entries: Iterable[bytes], total: int) -> Iterable[bytes]:
    return entries


def write(path: Path, note: SignedNote, entries: Iterable[bytes]) -> int:
    """Make a file that only its owner can read; returns how many entries it has. Raises BadExport."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as err:
        raise BadExport(f"cannot make {path.name}: {err.strerror}; an export never overwrites a file") from None
    count = 0
    with os.fdopen(descriptor, "wb") as file:
        file.write(msgspec.json.encode(Head(note.encode().decode())) + b"\n")
        for data in entries:
            file.write(data + b"\n")
            count += 1
        file.flush()
        os.fsync(file.fileno())
    return count


def read(file: IO[bytes]) -> tuple[SignedNote, Iterator[bytes]]:
    """The checkpoint and the entries; nothing about either is verified. Raises BadExport, also on the way."""
    line = _line(file)
    if line is None:
        raise BadExport("an export begins with its checkpoint, this file is empty")
    try:
        return SignedNote.decode(msgspec.json.decode(line, type=Head).checkpoint.encode()), _lines(file)
    except (msgspec.DecodeError, UnicodeError, MalformedNote) as err:
        raise BadExport(f"an export begins with its checkpoint, this does not: {err}") from None


def verified(path: Path, key: VerifierKey, kept: Sequence[SignedNote], shown: Shown = silent) -> Verified:
    """Check an export: it is the whole log that its checkpoint stands for, and continues each one in `kept`.

    Raises BadExport or what `verify` raises.
    """
    try:
        with path.open("rb") as file:
            note, entries = read(file)
            found = verify(shown(entries, accepted(note, key).size), key, [*kept, note])
    except OSError as err:
        raise BadExport(f"cannot read {path.name}: {err.strerror}") from None
    if found.size != found.vouched:
        raise BadExport(f"the export's checkpoint stands for {found.vouched} entries, {found.size} follow it")
    return found


def _lines(file: IO[bytes]) -> Iterator[bytes]:
    while (line := _line(file)) is not None:
        yield line


def _line(file: IO[bytes]) -> bytes | None:
    line = file.readline(_MAX_LINE + 1)
    if not line:
        return None
    if not line.endswith(b"\n"):
        raise BadExport(f"each line of an export ends within {_MAX_LINE} bytes, one here does not")
    return line[:-1]
