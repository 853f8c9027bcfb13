# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A base from all changes since the first: where there is none yet, or what there is cannot be used."""

from __future__ import annotations

import shutil
from array import array
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from privity.desk.matching.index import manifest as manifests
from privity.desk.matching.index import segment
from privity.desk.matching.index.changes import Change, Changes
from privity.desk.matching.index.errors import EntryInvalid, HashInvalid, NotWritten, OutOfOrder
from privity.desk.matching.index.kernel import Positions, Words, kernel_for
from privity.desk.matching.index.layout import layout_for
from privity.desk.matching.index.manifest import Manifest, anchor_of

MOST_ENTRY = (1 << 63) - 1


def words_of(bits: bytes) -> Words:
    """The four words of a hash of 32 bytes. Raises HashInvalid."""
    if len(bits) != 32:
        raise HashInvalid(f"a hash of 32 bytes expected, got {len(bits)} bytes")
    return np.frombuffer(bits, dtype="<u8")


def checked(change: Change, sequence: int) -> Words:
    """The hash of a change that may follow this sequence number. Raises HashInvalid, OutOfOrder or EntryInvalid."""
    if change.sequence <= sequence:
        raise OutOfOrder(f"a change after {sequence} expected, got {change.sequence}")
    if not 0 <= change.entry <= MOST_ENTRY:
        raise EntryInvalid(f"change {change.sequence}: an entry of 0 to {MOST_ENTRY} expected, got {change.entry}")
    return words_of(change.bits)


def build(folder: Path, changes: Changes, generation: int) -> Manifest:
    """Write a base of what stands after all changes, and make it the index.

    Raises NotWritten, or what `checked` raises.
    """
    hashes, entries, last = _standing(changes.after(0))
    return replace(folder, generation, hashes, entries, 0 if last is None else last.sequence, anchor_of(last))


def replace(folder: Path, generation: int, hashes: Words, entries: Positions, sequence: int, anchor: str) -> Manifest:
    """Write a base of these entries, and make it the index. Raises NotWritten."""
    try:
        manifest = written(folder, generation, hashes, entries, sequence, anchor)
        manifests.replace(folder, manifest)
    except OSError as err:
        shutil.rmtree(segment.folder_of(folder, generation), ignore_errors=True)
        raise NotWritten(f"generation {generation} of the index could not be written: {err.strerror}") from None
    return manifest


def written(folder: Path, generation: int, hashes: Words, entries: Positions, sequence: int, anchor: str) -> Manifest:
    """Write a base, which is not the index yet; the manifest that would make it so. Raises OSError."""
    count = len(entries)
    layout = layout_for(count)
    shutil.rmtree(segment.folder_of(folder, generation), ignore_errors=True)  # of one that was broken off
    files = segment.write(folder, generation, hashes, entries, layout, kernel_for(count))
    return Manifest(generation, sequence, anchor, count, layout.widths, layout.radii, files)


def _standing(changes: Iterator[Change]) -> tuple[Words, Positions, Change | None]:
    """What is there after all of them, and the last of them."""
    bits, entries, added = bytearray(), array("q"), bytearray()
    last: Change | None = None
    for change in changes:
        checked(change, last.sequence if last else 0)
        bits += change.bits
        entries.append(change.entry)
        added.append(change.added)
        last = change
    hashes = np.frombuffer(bits, dtype="<u8").reshape(-1, 4)
    names = np.frombuffer(entries, dtype=np.int64) if entries else np.empty(0, dtype=np.int64)
    _, latest = np.unique(names[::-1], return_index=True)
    rows = len(names) - 1 - latest  # of each entry its last change
    rows = rows[np.frombuffer(added, dtype=np.uint8)[rows] == 1]
    return hashes[rows], names[rows], last
