# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The base of the index: four files that are written once, synced, and then only mapped and read.

Each begins with 64 bytes: eight of a magic, and its generation, the bytes of one item and of all of them, as 64-bit
numbers, the lowest byte first. In `hashes` and `entries` the order is that of the first band.
"""

from __future__ import annotations

import hashlib
import mmap
import os
import struct
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from privity.desk.durable import sync
from privity.desk.matching.index.errors import GenerationWrong, SegmentDamaged, SegmentMissing, SegmentTorn
from privity.desk.matching.index.kernel import Bands, Counts, Kernel, Words
from privity.desk.matching.index.layout import WIDTH, Layout
from privity.desk.matching.index.manifest import Manifest

Entries = npt.NDArray[np.uint32] | npt.NDArray[np.uint64]

HEAD: Final = struct.Struct("<8sQQQ32x")
MAGIC: Final = b"PRIVIDX1"
NAMES: Final = ("hashes", "entries", "order", "offsets")
_AT_ONCE: Final = 1 << 20
"""Rows written in one step."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A base, mapped. Its files may be deleted meanwhile: what is mapped stays."""

    generation: int
    bands: Bands
    entries: Entries

    def __len__(self) -> int:
        return len(self.entries)

    def position(self, entry: int, words: Words) -> int | None:
        """Where an entry with this hash stands."""
        value = int(words[0] & np.uint64((1 << int(self.bands.layout.rows[0, WIDTH])) - 1))
        begin, end = self.bands.offsets[value : value + 2].tolist()
        same = (self.entries[begin:end] == entry) & (self.bands.hashes[begin:end] == words).all(axis=1)
        found = np.flatnonzero(same)
        return begin + int(found[0]) if found.size else None


def folder_of(folder: Path, generation: int) -> Path:
    return folder / f"segment-{generation:08}"


def write(
    folder: Path, generation: int, hashes: Words, entries: npt.NDArray[Any], layout: Layout, kernel: Kernel
) -> dict[str, str]:
    """Write the files of a generation, each SHA-256 by its name; on the disk when this returns. Raises OSError."""
    ours = folder_of(folder, generation)
    ours.mkdir(mode=0o700)
    small = not entries.size or int(entries.max()) < 1 << 32
    sizes = [(1 << width) + 1 for width in layout.widths]
    with (
        _File(ours / "hashes", generation, 8, len(hashes) * 32) as of_hashes,
        _File(ours / "entries", generation, 4 if small else 8, len(hashes) * (4 if small else 8)) as of_entries,
        _File(ours / "order", generation, 4, len(hashes) * 4 * (len(sizes) - 1)) as of_order,
        _File(ours / "offsets", generation, 4, sum(sizes) * 4) as of_offsets,
    ):
        order, offsets = kernel.grouped(kernel.values(hashes, 0, layout.widths[0]), layout.widths[0])
        of_offsets.add(offsets)
        hashes, entries = hashes[order], entries[order].astype("<u4" if small else "<u8")
        of_hashes.add(hashes)
        of_entries.add(entries)
        for shift, width in layout.rows[1:-1, :2].tolist():
            order, offsets = kernel.grouped(kernel.values(hashes, shift, width), width)
            of_order.add(order)
            of_offsets.add(offsets)
        files = (of_hashes, of_entries, of_order, of_offsets)
    sync(ours)
    sync(folder)
    return {file.path.name: file.digest.hexdigest() for file in files}


class _File:
    """One file of a segment while it is written."""

    def __init__(self, path: Path, generation: int, item: int, size: int) -> None:
        self.path = path
        self.digest = hashlib.sha256()
        self._file = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb", buffering=0)
        self._write(memoryview(HEAD.pack(MAGIC, generation, item, size)))

    def __enter__(self) -> _File:
        return self

    def __exit__(self, *exception: object) -> None:
        with self._file:
            os.fsync(self._file.fileno())

    def add(self, array: npt.NDArray[Any]) -> None:
        for start in range(0, len(array), _AT_ONCE):
            self._write(array[start : start + _AT_ONCE].data.cast("B"))

    def _write(self, content: memoryview) -> None:
        self.digest.update(content)
        while content:
            content = content[self._file.write(content) :]


def open_segment(folder: Path, manifest: Manifest) -> Segment:
    """Map what a manifest names, and read all of it once.

    Raises SegmentMissing, SegmentTorn, GenerationWrong or SegmentDamaged.
    """
    layout = manifest.layout
    expected = {
        "hashes": manifest.count * 4,
        "entries": manifest.count,
        "order": manifest.count * (len(layout.widths) - 1),
        "offsets": layout.offsets,
    }
    ours = folder_of(folder, manifest.generation)
    with ThreadPoolExecutor(len(NAMES)) as pool:  # what takes time here is SHA-256, of each file on its own
        arrays = dict(pool.map(lambda name: (name, _mapped(ours / name, manifest, expected[name])), NAMES))
    hashes: Words = arrays["hashes"].reshape(-1, 4)
    order: Counts = arrays["order"]
    offsets: Counts = arrays["offsets"]
    entries: Entries = arrays["entries"]
    return Segment(manifest.generation, Bands(layout, hashes, order, offsets), entries)


def _mapped(path: Path, manifest: Manifest, items: int) -> npt.NDArray[Any]:
    try:
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_size < HEAD.size:
                raise SegmentTorn(f"{path.name}: at least {HEAD.size} bytes expected")
            content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except FileNotFoundError:
        raise SegmentMissing(f"{path.name} of generation {manifest.generation} is not there") from None
    magic, generation, item, size = HEAD.unpack_from(content)
    if magic != MAGIC or item not in (4, 8):
        raise SegmentTorn(f"{path.name} does not begin as a file of an index")
    if generation != manifest.generation:
        raise GenerationWrong(f"{path.name}: generation {manifest.generation} expected, got {generation}")
    if len(content) != HEAD.size + size or size != items * item:
        raise SegmentTorn(f"{path.name}: {HEAD.size + items * item} bytes expected, got {len(content)}")
    if hashlib.sha256(content).hexdigest() != manifest.files.get(path.name):
        raise SegmentDamaged(f"{path.name} of generation {generation} has another checksum than its manifest says")
    return np.frombuffer(content, f"<u{item}", items, HEAD.size)


def others(folder: Path, generation: int) -> Iterator[Path]:
    """Folders of segments that this generation does not need."""
    return (path for path in folder.glob("segment-*") if path != folder_of(folder, generation))
